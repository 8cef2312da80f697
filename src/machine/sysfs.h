// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Room for any path below sysfs that this program builds. */
#define SYSFS_PATH_SIZE 512

/* A sysfs, or a directory laid out like one. All paths are relative to it. */
struct sysfs {
	const char *root; /* as passed to sysfs_open() */
	bool is_kernels;  /* it is /sys, and no tree that somebody hands over */
	bool keeps;	  /* files may stay open from reading to writing; set by the caller */
	int fd;
};

/* Opens the tree at root, a string that must outlive it. Returns 0 or -errno. */
int sysfs_open(struct sysfs *sysfs, const char *root);

void sysfs_close(struct sysfs *sysfs);

/*
 * Reads an attribute into a buffer of size bytes, without its final newline. Returns its
 * length or -errno: -EFBIG if it does not fit, -EINVAL for a FIFO, a socket or a device
 * node in its place.
 */
int sysfs_read(const struct sysfs *sysfs, const char *path, char *buffer, size_t size);

/*
 * Returns one byte of a binary attribute, such as a device's configuration space, or -errno;
 * -ENODATA past its end.
 */
int sysfs_read_byte(const struct sysfs *sysfs, const char *path, int offset);

/*
 * Like sysfs_read(), but leaves the attribute's file open for sysfs_write_file(). *kept is 0
 * if it could not be opened for writing too.
 */
int sysfs_read_and_keep(const struct sysfs *sysfs, const char *path, char *buffer, size_t size,
			int *kept);

/*
 * Reads a link's target into a buffer of size bytes. Returns its length or -errno; -EFBIG
 * if it does not fit.
 */
int sysfs_read_link(const struct sysfs *sysfs, const char *path, char *buffer, size_t size);

/* Like sysfs_read_link(), but reads only the last component of the target. */
int sysfs_read_link_name(const struct sysfs *sysfs, const char *path, char *buffer, size_t size);

/*
 * Stores text in an attribute with one write(), because sysfs takes each write as a whole
 * value (Documentation/filesystems/sysfs.rst). text must not be empty: an empty write
 * never reaches the attribute. Returns 0, the -errno of the attribute's store, or -EIO
 * for a short write.
 */
int sysfs_write(const struct sysfs *sysfs, const char *path, const char *text);

/* Like sysfs_write() for a file that is open; -ENODEV if its device is gone. */
int sysfs_write_file(int fd, const char *text);

/* Returns whether path exists. */
bool sysfs_exists(const struct sysfs *sysfs, const char *path);

/*
 * Calls function with the name of each entry of a directory, except names that begin with
 * '.', until it returns nonzero. Returns that value, 0 at the end, or -errno.
 */
int sysfs_list(const struct sysfs *sysfs, const char *path,
	       int (*function)(void *context, const char *name), void *context);
