// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "check/root.h"

/* An entry of a boot loader's menu and the files that it loads. */
struct boot_entry {
	const char *name;	    /* for people: its file, or "'Debian' in /boot/grub/grub.cfg" */
	const char *kernel;	    /* path of the kernel or EFI program */
	const char *version;	    /* the kernel's release as the entry has it; NULL for none */
	const char *const *initrds; /* paths of existing files, in order; NULL at the end */
	const char *options;	    /* the command line; NULL for the program's own */
	const char *missing;	    /* the first file named that does not exist, or NULL */
	const char *unresolved;	    /* the first variable of unknown value, or NULL */
	size_t profile;		    /* of a unified image, counted from 0 */
	struct boot_entry *next;
};

/* A file that boot loaders read but this process cannot. */
struct boot_unread {
	const char *path;
	int error; /* -errno */
	struct boot_unread *next;
};

struct boot_entries {
	struct boot_entry *entries;
	struct boot_unread *unread;
};

/*
 * Reads the boot loaders' menus of the system at root: GRUB's grub.cfg and custom.cfg
 * with the values of grubenv, and files of loader/entries (type 1 of the UAPI Group's
 * specification, with the variables of Fedora's GRUB). Skips entries by os-prober for
 * other systems. Lists unified images in EFI/Linux (type 2) with an entry for each
 * profile. The root's arena owns everything. When memory runs out, entries is incomplete
 * and unread has an item with -ENOMEM.
 */
void boot_entries_find(const struct root *root, struct boot_entries *found);

/*
 * Returns the paths of the addons that systemd-stub(7) loads with a unified image: those
 * beside it (NAME.efi.extra.d), then those for all images of its partition
 * (loader/addons). Sorted within each directory; NULL at the end.
 */
const char *const *boot_entries_addons(const struct root *root, const char *unified);
