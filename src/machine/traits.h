// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"
#include "machine/topology.h"

/* Traits of a function that are shown to people; no decision rests on them. */
struct traits {
	/*
	 * The ways to reset it, as the kernel would try them: "flr bus" (reset_method, since
	 * 5.15). "" where it cannot be reset, NULL where the kernel does not say how.
	 */
	const char *reset_methods;
	bool can_reset;
	bool hot_pluggable; /* it, or a bridge above it, is in a slot or at a port for that */
	unsigned int virtual_functions_max;	/* that SR-IOV could enable on it */
	const struct device *physical_function; /* whose virtual function it is; NULL */
};

/*
 * Reads the traits of all of a topology's devices, which must have been located, into
 * an array of the arena in the order of theirs. Attributes are as
 * Documentation/ABI/testing/sysfs-bus-pci has them, and slots whose power can be
 * switched are those for hot-plugging (drivers/pci/hotplug/pci_hotplug_core.c).
 * Returns 0 or -ENOMEM.
 */
int traits_read(const struct sysfs *sysfs, struct arena *arena, const struct topology *topology,
		struct traits **traits);
