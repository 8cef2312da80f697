// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "check/root.h"

/* What is to become of a kernel parameter. */
enum boot_loader_change {
	BOOT_LOADER_ADD,
	BOOT_LOADER_REMOVE,
};

/*
 * Returns the command that adds a parameter ("intel_iommu=on") to the command
 * line of the kernels that this system will boot, or takes one off it, by
 * whatever keeps that: rpm-ostree, grubby, Proxmox VE's boot tool, GRUB,
 * kernel-install(8), the entries of systemd-boot, unified images, limine,
 * rEFInd. Where a file says so already, what is left to do, which may be a
 * restart alone. Where nothing of these is found, a sentence for a person. Of
 * the root's arena; parameter is one as it stands there, value included.
 */
const char *boot_loader_command(const struct root *root, enum boot_loader_change change,
				const char *parameter);

/* Returns what keeps the command line, in a word or two: "GRUB"; "unknown" where nothing is found.
 */
const char *boot_loader_name(const struct root *root);
