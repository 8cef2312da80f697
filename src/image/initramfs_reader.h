// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "image/cpio_reader.h"
#include "lib/arena.h"

/* Archives that a kernel unpacks into its first root, from one file or several. */
struct initramfs {
	struct arena *arena;
	struct cpio_reader reader;
	const char *release; /* the kernel's, as a unified image names it; NULL elsewhere */
	const char *cmdline; /* built into a unified image, with its addons'; NULL elsewhere */
	size_t profile;	     /* which of a unified image's is read; set it before reading */
	bool unified;	     /* a program for EFI was read */
	bool kernelless;     /* it is made as a unified image, but has no kernel in it */
	const char *missing; /* the program that would decompress it, when there is none */
};

/* Starts with nothing. keep says of which files the bytes are wanted. */
void initramfs_start(struct initramfs *initramfs, struct arena *arena,
		     bool (*keep)(const char *path));

/*
 * Reads a file: archives, compressed or not, one after the other, or a
 * unified kernel image with them in it. What another file before it gave stays,
 * as it does when a boot loader loads both. Returns 0, -ENOENT when there is no
 * such file, or nothing to decompress it with (missing is set then), -EBADMSG
 * for what is no such image, or -errno.
 */
int initramfs_read(struct initramfs *initramfs, const char *path);

/*
 * Reads an addon of the unified image that was read before, as systemd-stub(7)
 * does: its command line is added, and its initramfs too. One for another kernel
 * is left out. Returns 0 or -errno; -EBADMSG for what is no program for EFI.
 */
int initramfs_read_addon(struct initramfs *initramfs, const char *path);

/* The same as initramfs_read() for the bytes of such a file. */
int initramfs_read_bytes(struct initramfs *initramfs, const char *data, size_t size);

/*
 * Returns the member whose path is tail, or ends with it after a "/"; the last of
 * these, which counts. NULL where there is none.
 */
const struct cpio_member *initramfs_find(const struct initramfs *initramfs, const char *tail);
