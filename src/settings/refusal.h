// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Why a device keeps its whole group with the host; the guard's name. */
enum refusal {
	REFUSAL_NONE,
	REFUSAL_NO_GROUP,   /* a listed device has no IOMMU group */
	REFUSAL_GONE,	    /* the device could not be read, so no guard can judge it */
	REFUSAL_BEHIND_VMD, /* it goes away with its VMD, which is not in the group */

	/* force= can waive the reasons from here on. */
	REFUSAL_FIRST_FORCED,
	REFUSAL_STORAGE = REFUSAL_FIRST_FORCED, /* a mass-storage controller that is not listed */
	REFUSAL_BOOT_DISPLAY,			/* the boot display, which is not listed */
	REFUSAL_PROTECTED,			/* the host needs it */
	REFUSAL_VIRTUAL_FUNCTIONS, /* an SR-IOV physical function with virtual functions enabled */
	REFUSAL_EXCLUDED,	   /* excluded with '!', but its group cannot go without it */
	REFUSAL_NEWCOMER,	   /* no entry of members matches: the group has grown */
	REFUSAL_NETWORK,	   /* the host is reached through it */
	REFUSAL_HOST_UNKNOWN,	   /* storage or network, and no list of the host's needs */
	REFUSAL_CONSOLE,	   /* a kernel console is on it */
	REFUSAL_WATCHDOG,	   /* an armed watchdog is on it */
	REFUSAL_COUNT,
};

/* Returns the refusal's name in reports, listings and force; static. */
const char *refusal_name(enum refusal refusal);

/*
 * Returns the refusal that the first length bytes of name mean and force can waive; '-'
 * and '_' are equal. Returns REFUSAL_NONE for any other name.
 */
enum refusal refusal_find(const char *name, size_t length);

/*
 * Returns the length of the guard's name before ':' in a word of force, known or not.
 * Returns 0 for a bare selector: one begins with a hexadecimal number, '!', "class:" or
 * "pci:".
 */
size_t refusal_name_length(const char *text, size_t length);
