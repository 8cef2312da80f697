// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Room for a path below sysfs that this program makes. */
#define SYSFS_PATH_SIZE 512

/* A sysfs, or a directory in the form of one. Paths are relative to it. */
struct sysfs {
	const char *root; /* as given to sysfs_open() */
	bool is_kernels;  /* it is /sys, and no tree that somebody hands over */
	int fd;
};

/* Opens the tree at root, which must outlive it. Returns 0 or -errno. */
int sysfs_open(struct sysfs *sysfs, const char *root);

void sysfs_close(struct sysfs *sysfs);

/*
 * Reads an attribute, without the newline at its end, into a buffer of size
 * bytes. Returns its length, or -errno; -EFBIG for one that does not fit, -EINVAL
 * for a FIFO, a socket or a device node in its place.
 */
int sysfs_read(const struct sysfs *sysfs, const char *path, char *buffer, size_t size);

/*
 * Reads where a link leads into a buffer of size bytes. Returns the length, or
 * -errno; -EFBIG for one that does not fit.
 */
int sysfs_read_link(const struct sysfs *sysfs, const char *path, char *buffer, size_t size);

/* Like sysfs_read_link(), but only the last part of the target. */
int sysfs_read_link_name(const struct sysfs *sysfs, const char *path, char *buffer, size_t size);

/*
 * Stores text in an attribute: one write, for sysfs takes each write as a
 * whole value (Documentation/filesystems/sysfs.rst). text is not empty: a
 * write of nothing never reaches the attribute. Returns 0, or -errno with the
 * errno the attribute's store gave.
 */
int sysfs_write(const struct sysfs *sysfs, const char *path, const char *text);

/* Whether something is there. */
bool sysfs_exists(const struct sysfs *sysfs, const char *path);

/*
 * Calls function with the name of each entry of a directory, "." and ".." left
 * out, until it gives other than 0. Returns that, or 0 at the end, or -errno.
 */
int sysfs_list(const struct sysfs *sysfs, const char *path,
	       int (*function)(void *context, const char *name), void *context);
