// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"
#include "machine/topology.h"

/* Traits of a function that are only shown. No decision rests on them. */
struct traits {
	/*
	 * The ways to reset it in the kernel's order: "flr bus" (reset_method, since
	 * 5.15). "" if it cannot be reset, NULL if the kernel does not say how.
	 */
	const char *reset_methods;
	bool can_reset;
	bool hot_pluggable; /* it or a bridge above is in a hot-plug slot or at an external port */
	unsigned int virtual_functions_max;	/* how many SR-IOV could enable on it */
	const struct device *physical_function; /* of this virtual function; NULL for others */
	bool on_node; /* the machine has several NUMA nodes, and it is known on which it is */
	unsigned int numa_node; /* the number of that node */
};

/*
 * Reads the traits of all devices of a topology, which must be located, into an array
 * owned by the arena, in the order of topology->devices. The attributes are those of
 * Documentation/ABI/testing/sysfs-bus-pci. A slot counts as hot-plug if it has a power
 * file (drivers/pci/hotplug/pci_hotplug_core.c). The node is read only where devices/system/node
 * has a second one. Returns 0 or -ENOMEM.
 */
int traits_read(const struct sysfs *sysfs, struct arena *arena, const struct topology *topology,
		struct traits **traits);
