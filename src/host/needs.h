// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "host/gap.h"
#include "lib/arena.h"
#include "settings/settings.h"

/* Where to look. A NULL member means this machine's own. */
struct host_roots {
	const char *root;  /* "/": fstab, and names of block devices in dev */
	const char *proc;  /* "/proc" */
	const char *sysfs; /* "/sys" */
	const char *zpool; /* the program that lists a ZFS pool's disks */
};

/* First line of a list of the host's needs. */
#define HOST_HEADING SETTINGS_HOST_HEADING " of its PCI devices, as it was found while it ran.\n"

/* The PCI devices that this host needs. */
struct host_needs {
	const char *text; /* as a config file; NULL if the host is not visible from here */
	struct host_gap *gaps;
};

/*
 * Finds the PCI functions that the running host needs:
 *
 * - for /, /usr, /boot and its EFI system partition, every other file system of fstab(5)
 *   with neither nofail nor noauto, mounted or not, swap, the resume device and a live
 *   system's medium, through anything below: partitions, dm with all physical volumes of
 *   an LVM volume group, md, bcache, multipath, loop devices, btrfs, ZFS, logs and
 *   journals on their own devices, a network;
 * - for unlocking encrypted disks, by crypttab(5) and the kernel command line: the only
 *   keyboard, the disk of a key or header, a FIDO2 key, a smart card, a TPM, a network;
 * - for the serial port of the kernel's console, and armed watchdogs.
 *
 * A virtual function needs its physical function; a device behind Thunderbolt needs the
 * controller.
 *
 * text has a "protect" line for each function, with its place (the path form of the
 * kernel's pci= parameters), its id and, as a comment, its use; a "network" line for each
 * that only the network uses; a "claimed" line for each device or id that driverctl or
 * modprobe.d give to vfio-pci, pci-stub or xen-pciback, with its origin; and a comment
 * for each gap. In a chroot or a container text is NULL: what is found there says nothing
 * about the machine that the image is for.
 *
 * Reads sysfs, /proc, files in /etc and /run/lvm, and names in /dev, but no block device
 * and no file system that could hang. Runs no program but zpool(8), for a few seconds at
 * most. The arena owns everything. Returns 0 or -ENOMEM.
 */
int host_find_needs(struct host_needs *needs, struct arena *arena, const struct host_roots *roots);

/*
 * Finds only the "claimed" lines of that text, by reading a few files below root (NULL
 * for "/"). The arena owns *text. Returns 0 or -ENOMEM.
 */
int host_find_claims(const char **text, struct arena *arena, const char *root);
