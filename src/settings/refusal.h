// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Why a device makes its whole group stay with the host: the name of a guard. */
enum refusal {
	REFUSAL_NONE,
	REFUSAL_NO_GROUP,   /* a listed device without an IOMMU group */
	REFUSAL_GONE,	    /* could not be read, so that no guard can judge it */
	REFUSAL_BEHIND_VMD, /* it goes away with its VMD, which is not of the group */

	/* From here on, force= can waive the reason. */
	REFUSAL_FIRST_FORCED,
	REFUSAL_STORAGE = REFUSAL_FIRST_FORCED, /* a mass-storage controller that nobody listed */
	REFUSAL_BOOT_DISPLAY,			/* the boot display, which nobody listed */
	REFUSAL_PROTECTED,			/* the host needs it */
	REFUSAL_VIRTUAL_FUNCTIONS, /* an SR-IOV physical function whose virtual functions are on */
	REFUSAL_EXCLUDED,	   /* '!' leaves it out, yet its group cannot go without it */
	REFUSAL_NEWCOMER,	   /* no entry of members has it: the group has grown */
	REFUSAL_NETWORK,	   /* the host is reached through it */
	REFUSAL_HOST_UNKNOWN,	   /* storage or network, and no list of what the host needs */
	REFUSAL_CONSOLE,	   /* the kernel's console is on it */
	REFUSAL_WATCHDOG,	   /* a watchdog on it is armed */
	REFUSAL_COUNT,
};

/* Returns the short name that reports, listings and force have for it; static text. */
const char *refusal_name(enum refusal refusal);

/*
 * Returns the refusal that force can waive and that the first length bytes of name call;
 * '-' and '_' are the same. Returns REFUSAL_NONE for any other name.
 */
enum refusal refusal_find(const char *name, size_t length);

/*
 * Returns how many bytes of a word of force are a guard's name before ':', 0 where it is a
 * selector alone: those begin with a hexadecimal number, with '!', or with "class:" or "pci:".
 * The name may be none that is known.
 */
size_t refusal_name_length(const char *text, size_t length);
