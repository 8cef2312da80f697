// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"

/* One line of /proc/PID/mountinfo (Documentation/filesystems/proc.rst), without escapes. */
struct mount {
	const char *device; /* "major:minor"; major 0 for a file system without one block device */
	const char *point;  /* below this process's root */
	const char *type;
	const char *source;
	const char *options; /* of the file system; "" for none */
	struct mount *next;  /* usually mounted later */
};

/*
 * Reads the text of mountinfo and changes it in place; the mounts point into it. Skips
 * malformed lines. Returns 0 or -ENOMEM.
 */
int mountinfo_read(struct arena *arena, char *text, struct mount **mounts);

/*
 * Returns the mount that holds an absolute path without links, or NULL. Ignores autofs,
 * which only waits for a mount.
 */
const struct mount *mountinfo_find(const struct mount *mounts, const char *path);

/* Returns whether the file system is on the one block device that its number names. */
bool mount_has_device(const struct mount *mount);

/* Undoes the octal escapes of mountinfo, fstab(5) and /proc/swaps ("\040") in place. */
void mountinfo_unescape(char *text);

/* Cuts the next word off *text; words are separated by blanks. Returns NULL at the end. */
char *mountinfo_word(char **text);
