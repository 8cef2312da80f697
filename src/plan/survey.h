// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "machine/module.h"
#include "machine/pci.h"
#include "machine/topology.h"
#include "settings/settings.h"

/*
 * Reads what a decision under these settings needs, and no more: the address of every
 * function, whatever the selectors ask of all functions, and all details of groups with a
 * listed device. With driver=auto, looks variant drivers up in modules, which is NULL for
 * a tree of another machine. Returns 0 or -errno.
 */
int survey(struct topology *topology, struct arena *arena, const struct settings *settings,
	   struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules);

/*
 * Like survey(), but reads all details and the groups of all functions, to show the whole
 * machine.
 */
int survey_all(struct topology *topology, struct arena *arena, const struct settings *settings,
	       struct pci_source *source, const struct sysfs *sysfs,
	       struct module_context *modules);

/*
 * Reads the devices that ids= names, for claims found after the topology was surveyed.
 * source is that survey's. Returns 0 or -errno.
 */
int survey_claimed(struct topology *topology, struct arena *arena, const struct settings *settings,
		   struct pci_source *source);

/*
 * Returns the first selector of devs that finds no device, or whose '!' leaves none out,
 * and that is worth waiting for; NULL for none. With with_group, a device without a group
 * does not count if others have groups: a new device is on the bus before it has its
 * group (drivers/base/core.c, device_add()).
 */
const struct selector *survey_find_missing(const struct topology *topology,
					   const struct settings *settings, bool with_group);
