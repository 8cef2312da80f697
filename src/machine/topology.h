// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/pci.h"
#include "machine/platform.h"

/* One IOMMU group, with its members in order of address. */
struct group {
	int number;
	struct device **members;
	size_t count;
};

/* Everything that a decision rests on besides the settings. */
struct topology {
	struct device *devices; /* in order of address */
	size_t count;
	struct group *groups; /* in order of number */
	size_t group_count;
	enum iommu_state iommu;
	enum platform platform; /* unknown if the IOMMU is in use: not looked up then */
	bool late_groups;	/* pci_groups_come_late() */

	/*
	 * The kernel counts which drivers own a group's members, bridges included
	 * (drivers/iommu/iommu.c, iommu_device_use_default_domain(), since 5.19). On
	 * older kernels a bridge's driver never kept a group from being opened.
	 */
	bool counts_owners;

	/*
	 * A boot display exists, but nothing tells which device it is. Set only if a
	 * selector needs it.
	 */
	bool boot_display_unknown;
};

/* Sorts devices into groups, which the arena owns. Returns 0 or -ENOMEM. */
int topology_build(struct topology *topology, struct arena *arena, struct device *devices,
		   size_t count, enum iommu_state iommu);

/*
 * Returns whether two functions may get one group because of their places: they share a slot, or
 * a bus below a bridge.
 */
bool topology_are_close(const struct device *a, const struct device *b);

/*
 * Returns an endpoint close to the device that has no group and may still join the device's; NULL
 * for none, and where groups do not come late. All close devices must have been described.
 */
const struct device *topology_find_joiner(const struct topology *topology,
					  const struct device *device);

/* Returns a device's group; NULL for none. */
const struct group *topology_group(const struct topology *topology, const struct device *device);
