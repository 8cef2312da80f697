// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "check/root.h"

/* What to do with a kernel parameter. */
enum boot_loader_change {
	BOOT_LOADER_ADD,
	BOOT_LOADER_REMOVE,
};

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
