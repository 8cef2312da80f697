// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "image/initramfs_reader.h"

/* The generator that made an image. */
enum generator {
	GENERATOR_UNKNOWN,
	GENERATOR_INITRAMFS_TOOLS,
	GENERATOR_DRACUT,
	GENERATOR_MKINITCPIO,
	GENERATOR_BOOSTER,
	GENERATOR_MKINITFS, /* Alpine's */
	GENERATOR_FRONT,    /* `vfio-early image` */
};

/* Our files in an image. */
struct image_content {
	const struct initramfs *initramfs;
	enum generator generator;
	bool systemd;	     /* it runs systemd */
	const char *modules; /* tail of the path of this kernel's modules */
	const struct cpio_member *program, *config, *host;
};

/* Returns whether to keep a file's contents in order to judge an image; for initramfs_start(). */
bool image_content_keep(const char *path);

/*
 * Finds our files in an image that was read, for a kernel's release. With front, looks
 * for those of `vfio-early image`, otherwise for a generator's. Returns whether the
 * program is there.
 */
bool image_content_find(struct image_content *content, const struct initramfs *initramfs,
			const char *release, bool front);

/* Returns the generator's usual name; static. */
const char *generator_name(enum generator generator);

/*
 * Returns what is wrong with when the image runs the program, as words that complete "it
 * ..."; NULL if it runs first. *works tells whether it runs at all before drivers do.
 */
const char *image_content_order(const struct image_content *content, bool *works);

/* Returns whether the image has a file of exactly this path ("init"). */
bool image_content_has(const struct image_content *content, const char *path);

/* Returns whether the image has a module's file ("vfio-pci.ko"), compressed or not. */
bool image_content_has_module(const struct image_content *content, const char *path);

/* Returns the file of modprobe.d(5) with this name that kmod would use; NULL for none. */
const struct cpio_member *image_content_modprobe(const struct image_content *content,
						 const char *name);
