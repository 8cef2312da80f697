// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/sysfs.h"

/* Kinds of machines, by how their IOMMU is turned on. */
enum platform {
	PLATFORM_UNKNOWN,
	PLATFORM_INTEL, /* or another maker with VT-d: Centaur, Zhaoxin */
	PLATFORM_AMD,	/* or Hygon */
	PLATFORM_ARM,
	PLATFORM_POWER,
	PLATFORM_TREE, /* another one that a device tree describes: RISC-V */
};

/* Returns the platform from the text of /proc/cpuinfo, which may be NULL. */
enum platform platform_of_cpuinfo(const char *cpuinfo);

/*
 * Returns whether the text of /proc/cpuinfo, which may be NULL, is a virtual machine's: the
 * flag "hypervisor" (arch/x86/include/asm/cpufeatures.h).
 */
bool platform_is_virtual(const char *cpuinfo);

/*
 * Returns a tree's platform from the CPU's module alias (drivers/base/cpu.c,
 * arch/x86/kernel/cpu/match.c), the firmware's tables or the vendor of function
 * 0000:00:00.0; PLATFORM_UNKNOWN if none of them tells.
 */
enum platform platform_find(const struct sysfs *sysfs);
