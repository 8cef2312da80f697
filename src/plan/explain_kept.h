// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "machine/pci.h"
#include "plan/run.h"

/*
 * What a person would say of a refused group. Only the running host has these sentences:
 * the kernel log has the shorter explain_refusal(). Classes are named through names in the
 * file ids, unless that is NULL. The run's arena owns the texts.
 */

/* Returns why a group stays with the host: every member that keeps it, with all its reasons. */
const char *explain_kept(const struct run *run, const struct planned_group *group,
			 struct pci_source *names, const char *ids);

/*
 * Returns what the host would lose besides what is listed, and the value of force= that
 * takes the group all the same. NULL if nothing does.
 */
const char *explain_price(const struct run *run, const struct planned_group *group,
			  struct pci_source *names, const char *ids);

/* Returns "0000:03:00.0" as users write it, "03:00.0": without the domain where that is 0. */
const char *explain_address(const struct device *device, char text[static PCI_ADDRESS_SIZE]);
