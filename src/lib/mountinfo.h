// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"

/* One line of /proc/PID/mountinfo (Documentation/filesystems/proc.rst), escapes undone. */
struct mount {
	const char *device; /* "major:minor"; major 0 for a file system on no one block device */
	const char *point;  /* below this process's root */
	const char *type;
	const char *source;
	const char *options; /* the file system's own; "" where there are none */
	struct mount *next;  /* mounted later, as a rule */
};

/*
 * Reads mountinfo's text, which is taken apart; the mounts point into it.
 * Lines that are none are left out. Returns 0 or -ENOMEM.
 */
int mountinfo_read(struct arena *arena, char *text, struct mount **mounts);

/*
 * Returns the mount that an absolute path without links lies on; NULL where
 * there is none. Those that only wait to be mounted (autofs) do not count.
 */
const struct mount *mountinfo_find(const struct mount *mounts, const char *path);

/* Whether the file system has the one block device that its number names. */
bool mount_has_device(const struct mount *mount);

/* Undoes the octal escapes of mountinfo, fstab(5) and /proc/swaps in place ("\040"). */
void mountinfo_unescape(char *text);

/* Cuts the next word off *text, blanks being what separates them; NULL at the end. */
char *mountinfo_word(char **text);
