// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "settings/settings.h"

/* Where to look. Any member may be NULL: this machine's own. */
struct host_roots {
	const char *root;  /* "/": fstab, and the names of block devices in dev */
	const char *proc;  /* "/proc" */
	const char *sysfs; /* "/sys" */
	const char *zpool; /* the program that lists a ZFS pool's disks */
};

/* Something of which it could not be found out what PCI device it needs. */
struct host_gap {
	const char *text; /* what for, and why not */
	struct host_gap *next;
};

/* First line of the text of the host's needs. */
#define HOST_HEADING SETTINGS_HOST_HEADING " of its PCI devices, as it was found while it ran.\n"

/* PCI devices that this host needs. */
struct host_needs {
	const char *text; /* in the form of a config file; NULL where the host was not seen */
	struct host_gap *gaps;
};

/*
 * Finds the PCI functions that the running host needs, for
 *
 * - /, /usr, /boot and its EFI system partition, every other file system of fstab(5) that
 *   has neither nofail nor noauto, mounted or not, swap, the device that it resumes from,
 *   and a live system's medium, whatever lies between these and the controller:
 *   partitions, dm with every physical volume of an LVM volume group, md, bcache,
 *   multipath, loop devices, btrfs, ZFS, logs and journals on devices of their own, a network;
 * - what encrypted disks are unlocked with, by crypttab(5) and the kernel command line: the
 *   only keyboard, the disk of a key or a header, a FIDO2 key, a smart card, a TPM,
 *   a network;
 * - the serial port of the kernel's console, and watchdogs that are armed.
 *
 * With a virtual function its physical function is needed, and with what is behind
 * Thunderbolt, its controller.
 *
 * text has a "protect" line for each, with its place (the path form of the
 * kernel's pci= parameter), its id, and as a comment what needs it; a "network" line for
 * each that the host is only reached by; a "claimed" line for each device or id that
 * driverctl or modprobe.d give to vfio-pci, pci-stub or xen-pciback, with the place where;
 * a comment for each gap. A host that needs nothing has a text that says nothing. In a
 * chroot or a container text is NULL: what is found there says nothing of the machine that
 * the image is for.
 *
 * Reads sysfs, /proc, files of /etc and of /run/lvm, and the names in /dev, but neither a
 * block device nor a file system that could hang. The only program it runs is
 * zpool(8), for no longer than a few seconds. Everything belongs to the arena.
 * Returns 0 or -ENOMEM.
 */
int host_find_needs(struct host_needs *needs, struct arena *arena, const struct host_roots *roots);

/*
 * Finds the "claimed" lines of that text alone, which only takes reading a few files below root
 * (NULL for "/"). *text belongs to the arena. Returns 0 or -ENOMEM.
 */
int host_find_claims(const char **text, struct arena *arena, const char *root);
