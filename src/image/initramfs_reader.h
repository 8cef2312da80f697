// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "image/cpio_reader.h"
#include "lib/arena.h"

/* The archives that a kernel unpacks into its first root, from one or more files. */
struct initramfs {
	struct arena *arena;
	struct cpio_reader reader;
	const char *release; /* the kernel's, as a unified image names it; NULL for others */
	const char *cmdline; /* built into a unified image and its addons; NULL for others */
	size_t profile;	     /* the profile to read of a unified image; set it before reading */
	bool unified;	     /* an EFI program was read */
	bool kernelless;     /* a unified image without a kernel */
	const char *missing; /* the missing program that would decompress it; NULL for none */
};

/* Starts empty. keep returns whether to keep a file's contents. */
void initramfs_start(struct initramfs *initramfs, struct arena *arena,
		     bool (*keep)(const char *path));

/*
 * Reads a file: archives, compressed or not, one after another, or a unified kernel image
 * with archives in it. Earlier files' members stay, as when a boot loader loads several.
 * Returns 0, -ENOENT if the file or the program to decompress it is missing (missing is
 * then set), -EBADMSG if it is no such image, or -errno.
 */
int initramfs_read(struct initramfs *initramfs, const char *path);

/*
 * Reads an addon of the unified image read before, as systemd-stub(7) does: appends its
 * command line and reads its initramfs. Ignores an addon for another kernel. Returns 0 or
 * -errno; -EBADMSG if it is no EFI program.
 */
int initramfs_read_addon(struct initramfs *initramfs, const char *path);

/* Like initramfs_read() for a file's bytes. */
int initramfs_read_bytes(struct initramfs *initramfs, const char *data, size_t size);

/*
 * Returns the last member whose path is tail or ends in "/" and tail; that one counts.
 * NULL for none.
 */
const struct cpio_member *initramfs_find(const struct initramfs *initramfs, const char *tail);
