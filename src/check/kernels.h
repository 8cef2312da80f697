// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "check/boot_entries.h"
#include "check/root.h"

/*
 * Something that a boot loader gives to a kernel: files one after the other, or
 * one unified image. One that no boot entry names has entry NULL: how, and
 * whether, it is booted is not known then.
 */
struct kernel_image {
	const char *path;	   /* the last file, which has the most; never NULL */
	const char *const *parts;  /* all of them, NULL at the end */
	const char *preset;	   /* of mkinitcpio, that makes it; NULL for none */
	const char *entry;	   /* the boot entry's name, or several; NULL where none is known */
	const char *options;	   /* its command line; NULL for the unified image's own */
	const char *missing;	   /* a file of the entry that is not there; NULL for none */
	const char *unresolved;	   /* a variable of the entry that is unknown; NULL for none */
	const char *const *addons; /* of a unified image, NULL at the end; NULL elsewhere */
	size_t profile;		   /* of a unified image, counted from 0 */
	struct kernel_image *next;
};

/* An installed kernel. */
struct kernel {
	const char *release;   /* "6.1.0-18-amd64" */
	const char *directory; /* of its modules, on this system */
	struct kernel_image *images;
	struct kernel *next;
};

/* The kernels of a system. */
struct kernels {
	struct kernel *installed;
	struct kernel_image *strangers; /* boot entries of kernels that are not installed */
	struct boot_unread *unread;	/* boot_entries.h */
};

/*
 * Finds the kernels that are installed, and the images that boot with them: in
 * boot entries (boot_entries.h), in presets of mkinitcpio, and in the places
 * that Debian, Fedora, openSUSE, Arch and kernel-install(8) have for them. A
 * directory of modules that no kernel is installed for does not count. Returns
 * 0 or -ENOMEM. Everything is of the root's arena.
 */
int kernels_find(const struct root *root, struct kernels *kernels);

/* Whether a command line has the small image run first (rdinit=, the last of several: init/main.c).
 */
bool kernels_asks_for_front(struct arena *arena, const char *cmdline);

/* Whether a file is a small image for rdinit= (`vfio-early image`). */
bool kernels_is_front(const struct root *root, const char *path);

/*
 * Returns the first small image for rdinit= (`vfio-early image`) that lies where
 * boot loaders look and is the next after 'after', NULL for the first; NULL at the end.
 */
const char *kernels_next_front(const struct root *root, const char *after);

/* The partitions that boot loaders read, where they are mounted as a rule; NULL at the end. */
extern const char *const kernels_boot_places[];
