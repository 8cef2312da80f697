// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "machine/module.h"
#include "machine/pci.h"
#include "machine/topology.h"
#include "settings/settings.h"

/*
 * Reads what a decision under these settings needs, and no more: every
 * function's address, what the selectors ask of all functions, and every
 * detail of the groups that a listed device is in. With driver=auto the best
 * variant is looked up among modules, which may be NULL for a tree that is not
 * this machine's. Returns 0, or -errno.
 */
int survey(struct topology *topology, struct arena *arena, const struct settings *settings,
	   struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules);

/*
 * The same, and every other detail of every function and its group, so that all of
 * the machine can be shown.
 */
int survey_all(struct topology *topology, struct arena *arena, const struct settings *settings,
	       struct pci_source *source, const struct sysfs *sysfs,
	       struct module_context *modules);

/*
 * Reads what "ids=" names, for a topology that was surveyed before these claims were known, with
 * the source of that survey. Returns 0 or -errno.
 */
int survey_claimed(struct topology *topology, struct arena *arena, const struct settings *settings,
		   struct pci_source *source);

/*
 * Returns the first selector that finds no device, or leaves none out, and is worth waiting
 * for; NULL where there is none.
 * with_group tells whether a device without a group counts as none where others have one: one
 * that comes shows on the bus before it has its group (drivers/base/core.c, device_add()).
 */
const struct selector *survey_find_missing(const struct topology *topology,
					   const struct settings *settings, bool with_group);
