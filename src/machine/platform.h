// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "machine/sysfs.h"

/* Kinds of machines, which differ in how their IOMMU is turned on. */
enum platform {
	PLATFORM_UNKNOWN,
	PLATFORM_INTEL, /* or a maker that has VT-d from Intel: Centaur, Zhaoxin */
	PLATFORM_AMD,	/* or Hygon */
	PLATFORM_ARM,
	PLATFORM_POWER,
	PLATFORM_TREE, /* another one that a device tree describes: RISC-V */
};

/* Returns what the text of /proc/cpuinfo says; cpuinfo may be NULL. */
enum platform platform_of_cpuinfo(const char *cpuinfo);

/*
 * Finds the platform of a tree: by the CPU's module alias (drivers/base/cpu.c,
 * arch/x86/kernel/cpu/match.c), the firmware's tables, and the maker of the first
 * host bridge. Returns PLATFORM_UNKNOWN where none of them tells.
 */
enum platform platform_find(const struct sysfs *sysfs);
