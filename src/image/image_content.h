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
	GENERATOR_FRONT, /* `vfio-early image` */
};

/* Where an image has what is ours. */
struct image_content {
	const struct initramfs *initramfs;
	enum generator generator;
	bool systemd;	     /* systemd runs it */
	const char *modules; /* the path of this kernel's modules ends with that */
	const struct cpio_member *program, *config, *host;
};

/* Whether the bytes of a file are wanted to judge an image; for initramfs_start(). */
bool image_content_keep(const char *path);

/*
 * Finds these in an image that was read, for a kernel's release. front: those
 * of `vfio-early image`, if that is in it, rather than a generator's. Returns
 * whether there is any program of ours.
 */
bool image_content_find(struct image_content *content, const struct initramfs *initramfs,
			const char *release, bool front);

/* The generator's name, as people know it. */
const char *generator_name(enum generator generator);

/*
 * What is wrong with when the program is run in the image, in the words that
 * complete "it ..."; NULL where all is well. *works tells whether it runs at all
 * before drivers do.
 */
const char *image_content_order(const struct image_content *content, bool *works);

/* Whether a file of exactly that path ("init") is there. */
bool image_content_has(const struct image_content *content, const char *path);

/* Whether a file of a module is there: "vfio-pci.ko", compressed or not. */
bool image_content_has_module(const struct image_content *content, const char *path);

/* The file of modprobe.d(5) of that name; NULL where there is none. */
const struct cpio_member *image_content_modprobe(const struct image_content *content,
						 const char *name);
