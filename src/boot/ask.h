// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/deadline.h"
#include "machine/pci.h"
#include "plan/run.h"

/*
 * Makes the kernel give their IOMMU groups to the endpoints of run->topology that have none and no
 * driver, for a kernel that does so only when a driver is tried on a device: tries one that is
 * built in and refuses endpoints. Each has its own override again before the next one's turn; the
 * one whose turn it is stands in run->asked. The devices have to be surveyed anew afterwards.
 * Returns 0 or -errno; an override that could not be put back is an error.
 */
int ask_groups(struct run *run, const struct sysfs *sysfs, struct pci_source *source,
	       const struct deadline *deadline);

/*
 * Puts the override of run->asked back, if a worker that is no more left one, and offers the
 * device to its drivers where the run is that of a boot. Returns 0 or -errno.
 */
int ask_end(struct run *run, const struct sysfs *sysfs);
