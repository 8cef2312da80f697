// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A new file beside the one that it will replace. Nothing at the final path changes
 * before file_replace_commit().
 */
struct file_replace {
	int fd; /* to write to */

	/* Permissions and owner of the new file. The caller may change them before the commit. */
	mode_t mode;
	uid_t owner;
	gid_t group;
	bool lazy; /* true: the file need not survive a loss of power */

	/* Private. */
	int directory;
	char name[NAME_MAX + 1], temporary[NAME_MAX + 1];
};

/*
 * Begins a file for path, relative to the open directory root as in openat(2). The new
 * file gets a temporary name in the directory of path; no link is followed at either
 * name. It takes the permissions and owner of a regular file at path, else those of any
 * file that the caller creates. A link at path will be replaced. Returns 0, -EISDIR for a
 * directory at path, -EEXIST for a device, FIFO or socket, -ENAMETOOLONG, or the -errno
 * of opening the directory or the file. After an error there is nothing to abandon.
 */
int file_replace_begin(struct file_replace *file, int root, const char *path);

/* Appends length bytes to the file. Returns 0 or -errno. */
int file_replace_write(const struct file_replace *file, const char *data, size_t length);

/*
 * Syncs the file, moves it to its path in one step (rename(2)) and closes the struct.
 * Returns 0 or -errno. After an error the file at path is unchanged and the new file
 * removed.
 */
int file_replace_commit(struct file_replace *file);

/*
 * Appends length bytes, then does as file_replace_commit(). After an error the new file is
 * removed.
 */
int file_replace_finish(struct file_replace *file, const char *data, size_t length);

/* Removes the new file and closes the struct. */
void file_replace_abandon(struct file_replace *file);
