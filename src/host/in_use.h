// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/needs.h"
#include "lib/arena.h"
#include "machine/pci.h"
#include "machine/sysfs.h"

/* Devices asked about, and what uses them beside the host's needs. */
struct in_use {
	const char *driver;		   /* the one to be bound; NULL for any of VFIO's */
	const struct pci_address *devices; /* those that are to be taken, with their groups */
	size_t count;

	/* Filled in by in_use_find(). */
	bool at_home; /* false where nothing can be said */
	int error;    /* -errno where not all that processes have open could be read */
	pid_t unread; /* the process at which that ended */
};

/*
 * Finds what this host uses of its PCI devices at this moment, and would lose if they
 * were taken from under it now: all that host_find_needs() finds, and
 *
 * - what any mounted file system or running swap lies on, and block devices that md, dm,
 *   bcache or a loop device hold;
 * - network interfaces with a route, an address that is more than link-local
 *   (/proc/net/if_inet6), or another interface on top that is up (a bridge, a bond);
 * - displays that show a picture: a connector that is enabled (drivers/gpu/drm/
 *   drm_sysfs.c), whoever draws it, or the firmware's framebuffer (/proc/iomem);
 * - devices that a process has open by a block or character node, whatever the node is
 *   called (open_files.h): the node's number leads to the device in sysfs. The nodes of
 *   NVIDIA's own driver and of amdkfd, which have no PCI device there, are known by theirs;
 * - disks of in_use->devices that somebody has for itself, as a file system mounted in
 *   another mount namespace, an imported ZFS pool and drbd have;
 * - devices on another VFIO driver than the one that is to be bound, which a
 *   virtual machine has open: unbinding those would wait for its end.
 *
 * It does not see interfaces of other network namespaces, nor users in the kernel that
 * open a disk without claiming it (nvmet).
 *
 * needs->text is as that of host_find_needs(), where each use that is a process is
 * "dd (pid 812) at /dev/nvme0n1"; NULL also where in_use->at_home is false. Where
 * in_use->error is set, nothing is to be taken. Returns 0 or -ENOMEM.
 */
int in_use_find(struct in_use *in_use, struct host_needs *needs, struct arena *arena,
		const struct host_roots *roots);

/*
 * Finds who has a device of an IOMMU group open through VFIO, by the nodes of the group and of
 * its members (Documentation/driver-api/vfio.rst). They are compared by number: a file that
 * only has such a name says nothing. Sets user to the name and pid of the process, to NULL where
 * there is none, or to a text that says that it is unknown: a group's node can be opened once
 * only, so one that is busy has a user even if that is not seen, and a process whose files
 * cannot be read may be the one. dev and proc are "/dev" and "/proc". The text is the arena's.
 */
void in_use_find_machine(struct arena *arena, const struct sysfs *sysfs, const char *proc,
			 const char *dev, int group, const char **user);

/* Calls function with the name of each of a device's nodes in /dev/vfio/devices: "vfio0". */
int in_use_list_nodes(const struct sysfs *sysfs, const char *address,
		      int (*function)(void *context, const char *name), void *context);
