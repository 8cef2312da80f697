// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "root.h"

/* Something that a boot loader gives to a kernel: files one behind the other, or one unified image.
 */
struct kernel_image {
	const char *path;	  /* the last file, which has the most */
	const char *const *parts; /* all of them, NULL behind the last */
	const char *preset;	  /* of mkinitcpio, that makes it; NULL for none */
	const char *options;	  /* its boot entry's command line; NULL where that is not known */
	struct kernel_image *next;
};

/* An installed kernel. */
struct kernel {
	const char *release;   /* "6.1.0-18-amd64" */
	const char *directory; /* of its modules, on this system */
	struct kernel_image *images;
	struct kernel *next;
};

/*
 * Finds the kernels that are installed, and the images that boot with them: in
 * the places that Debian, Fedora, openSUSE, Arch and kernel-install(8) have for
 * them, in presets of mkinitcpio and in boot entries (loader/entries, the UAPI
 * group's specification). A directory of modules that no kernel is installed
 * for does not count. Everything is of the root's arena.
 */
struct kernel *kernels_find(const struct root *root);

/*
 * Gives the first small image for rdinit= (`vfio-early image`) that lies where
 * boot loaders look and comes behind after, NULL for the first; NULL at the end.
 */
const char *kernels_next_front(const struct root *root, const char *after);

/* The partitions that boot loaders read, where they are mounted as a rule; NULL behind the last. */
extern const char *const kernels_boot_places[];
