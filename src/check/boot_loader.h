// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "check/root.h"

/* What to do with a kernel parameter. */
enum boot_loader_change {
	BOOT_LOADER_ADD,
	BOOT_LOADER_REMOVE,
};

/*
 * How a parameter is added or removed: what changes in which files, and what then makes it
 * count. The root's arena owns the texts.
 */
struct boot_loader_edit {
	const char *files;  /* a file, or DIRECTORY/ and *.conf; NULL if only then is run */
	const char *script; /* for sed -E, on each file; NULL if a line is added at the end */
	const char *line;   /* that line */
	const char *then;   /* the command, for a shell; NULL for none */
	const char *back;   /* the command after the files are as they were; NULL: then */
	bool done;	    /* the files have the change already */
};

/*
 * Finds out how to add a parameter ("intel_iommu=on") to the kernel command line of the
 * next boots, or to remove it. Returns false if nothing is known that keeps the command line, if
 * the parameter has a letter that means something to a shell, or if memory runs out.
 */
bool boot_loader_edit(const struct root *root, enum boot_loader_change change,
		      const char *parameter, struct boot_loader_edit *edit);

/*
 * Returns the files that an edit changes, NULL after the last; NULL if out of memory. The
 * root's arena owns them.
 */
const char *const *boot_loader_files(const struct root *root, const struct boot_loader_edit *edit);

/*
 * Returns the command that adds a parameter ("intel_iommu=on") to the kernel command line
 * of the next boots, or removes it, through whatever keeps the command line: rpm-ostree,
 * grubby, Proxmox VE's boot tool, GRUB, kernel-install(8), entries of systemd-boot,
 * unified images, limine or rEFInd. If a file has the change already, returns what is
 * left to do, possibly only a reboot. If nothing is found, returns a sentence for a
 * person. The root's arena owns the text. parameter includes its value.
 */
const char *boot_loader_command(const struct root *root, enum boot_loader_change change,
				const char *parameter);

/* Returns what keeps the command line, in a few words: "GRUB"; "unknown" if nothing is found. */
const char *boot_loader_name(const struct root *root);
