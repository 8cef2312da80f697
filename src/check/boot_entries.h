// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "check/root.h"

/* One entry of a boot loader's menu, and the files that it has loaded. */
struct boot_entry {
	const char *name;	    /* for people: its file, or "'Debian' in /boot/grub/grub.cfg" */
	const char *kernel;	    /* path of the kernel, or of the program for EFI */
	const char *version;	    /* the kernel's, as the entry says it; NULL where it does not */
	const char *const *initrds; /* paths of those that are there, in order; NULL at the end */
	const char *options;	    /* the command line; NULL for the one built into the program */
	const char *missing;	/* the first file that it names and that is not there, or NULL */
	const char *unresolved; /* the first variable whose value is unknown, or NULL */
	size_t profile;		/* of a unified image, counted from 0 */
	struct boot_entry *next;
};

/* Something that boot loaders read and this process may not. */
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
 * Reads the menus of boot loaders that the system at root has: GRUB's grub.cfg
 * and custom.cfg with the values of grubenv, and files of loader/entries (UAPI
 * group's specification, type 1, with the variables that Fedora's GRUB knows).
 * Entries that os-prober wrote for other systems are left out. Unified images
 * in EFI/Linux (type 2) are listed with one entry for each profile. Everything
 * is of the root's arena. Where memory runs out, entries is incomplete and
 * unread says so with -ENOMEM.
 */
void boot_entries_find(const struct root *root, struct boot_entries *found);

/*
 * Finds the addons that systemd-stub(7) loads with a unified image: those beside
 * it (NAME.efi.extra.d), then those for all images of its partition
 * (loader/addons). Returns their paths, sorted in each directory; NULL at the end.
 */
const char *const *boot_entries_addons(const struct root *root, const char *unified);
