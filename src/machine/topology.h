// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/pci.h"
#include "machine/platform.h"

/* One IOMMU group: its members in the order of their addresses. */
struct group {
	int number;
	struct device **members;
	size_t count;
};

/* All that a decision rests on besides the settings. */
struct topology {
	struct device *devices; /* in the order of their addresses */
	size_t count;
	struct group *groups; /* in the order of their numbers */
	size_t group_count;
	enum iommu_state iommu;
	enum platform platform; /* unknown where the IOMMU is in use: nothing asks then */
	bool late_groups;	/* pci_groups_come_late() */

	/*
	 * Whether the kernel counts who drives a group's members, bridges among
	 * them (drivers/iommu/iommu.c, iommu_device_use_default_domain(), since
	 * 5.19). Before, a bridge's driver never kept a group from being opened.
	 */
	bool counts_owners;

	/*
	 * Whether there is a boot display, and nothing tells which it is. Only looked for where a
	 * selector asks for it.
	 */
	bool boot_display_unknown;
};

/* Sorts devices into groups, allocated from the arena. Returns 0 or -ENOMEM. */
int topology_build(struct topology *topology, struct arena *arena, struct device *devices,
		   size_t count, enum iommu_state iommu);

/*
 * Returns whether two functions may come into one group for their place alone: they share a slot,
 * or a bus that is below a bridge.
 */
bool topology_are_close(const struct device *a, const struct device *b);

/*
 * Returns an endpoint close to the device that has no group, where groups may come late: it may
 * still join the device's. NULL if there is none. All close to it must have been described.
 */
const struct device *topology_find_joiner(const struct topology *topology,
					  const struct device *device);

/* Returns the group a device is in; NULL where it has none. */
const struct group *topology_group(const struct topology *topology, const struct device *device);
