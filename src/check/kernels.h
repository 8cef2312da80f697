// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "check/boot_entries.h"
#include "check/root.h"

/*
 * What a boot loader passes to a kernel: files one after another, or a unified image.
 * entry is NULL if no boot entry names it; whether and how it is booted is then unknown.
 */
struct kernel_image {
	const char *path;	   /* the last and largest file; never NULL */
	const char *const *parts;  /* all files; NULL at the end */
	const char *preset;	   /* of mkinitcpio; NULL for none */
	const char *entry;	   /* the boot entry's name, or several; NULL if unknown */
	const char *options;	   /* its command line; NULL for the unified image's own */
	const char *missing;	   /* a file of the entry that does not exist; NULL for none */
	const char *unresolved;	   /* a variable of the entry that is unknown; NULL for none */
	const char *const *addons; /* of a unified image, NULL at the end; NULL for others */
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
	struct boot_unread *unread;	/* see boot_entries.h */
};

/*
 * Finds the installed kernels and the images that boot with them: in boot entries
 * (boot_entries.h), in presets of mkinitcpio, and in the usual places of Debian, Fedora,
 * openSUSE, Arch and kernel-install(8). A directory of modules without an installed
 * kernel does not count. The root's arena owns everything. Returns 0 or -ENOMEM.
 */
int kernels_find(const struct root *root, struct kernels *kernels);

/* Returns whether a command line runs the small image first (by the last rdinit=; init/main.c). */
bool kernels_asks_for_front(struct arena *arena, const char *cmdline);

/* Returns whether a file is a small image for rdinit= (`vfio-early image`). */
bool kernels_is_front(const struct root *root, const char *path);

/*
 * Returns the path of the next small image where boot loaders look: the one after
 * 'after', or the first if that is NULL. Returns NULL at the end.
 */
const char *kernels_next_front(const struct root *root, const char *after);

/* Where the partitions that boot loaders read are usually mounted; NULL at the end. */
extern const char *const kernels_boot_places[];
