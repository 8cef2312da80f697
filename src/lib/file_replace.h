// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A file that is being made beside the place that it will have. Nothing is at that
 * place before file_replace_commit(), and what was there stays whole until then.
 */
struct file_replace {
	int fd; /* to write to */

	/* The file's permissions and owner; the caller may set others before the commit. */
	mode_t mode;
	uid_t owner;
	gid_t group;
	bool lazy; /* the caller does not need the file to survive a loss of power */

	/* Private. */
	int directory;
	char name[NAME_MAX + 1], temporary[NAME_MAX + 1];
};

/*
 * Begins a file for path, which is relative to the open directory root as for openat(2).
 * The new file has a name of its own in the directory of path, and no link is followed
 * at either name. It gets the permissions and the owner of a regular file at path; where
 * there is none, it is the caller's, as the umask says. A link at path will be replaced.
 * Returns 0, -EISDIR for a directory at path, -EEXIST for another thing that is no
 * regular file (a device, a FIFO), -ENAMETOOLONG, or the -errno of opening the
 * directory or the file. After an error nothing is left to give up.
 */
int file_replace_begin(struct file_replace *file, int root, const char *path);

/* Writes all of the bytes to the end of the file. Returns 0 or -errno. */
int file_replace_write(const struct file_replace *file, const char *data, size_t length);

/*
 * Puts the file in its place in one step (rename(2)), after its bytes are on the disk,
 * and gives up the struct. Returns 0 or -errno; after an error path is as it was, and
 * the new file is removed.
 */
int file_replace_commit(struct file_replace *file);

/* Removes the new file instead, and gives up the struct. */
void file_replace_abandon(struct file_replace *file);
