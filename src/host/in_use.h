// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/needs.h"
#include "host/open_files.h"
#include "lib/arena.h"
#include "machine/pci.h"
#include "machine/sysfs.h"

/* Devices to be taken, and what uses them besides the host's needs. */
struct in_use {
	const char *driver;		   /* the driver to be bound; NULL for any vfio driver */
	const struct pci_address *devices; /* the devices to be taken, with their whole groups */
	size_t count;

	/* Filled in by in_use_find(). */
	bool at_home; /* false if nothing can be found out */
	int error;    /* -errno if some process's open files could not be read */
	pid_t unread; /* the process at which reading stopped */
};

/*
 * Finds the PCI devices that the host uses now and would lose if they were taken:
 * everything that host_find_needs() finds, and
 *
 * - devices below any mounted file system or running swap, and block devices held by md,
 *   dm, bcache or a loop device;
 * - network interfaces with a route, an address beyond link-local (/proc/net/if_inet6),
 *   or an interface on top that is up (a bridge, a bond);
 * - displays that show a picture: with an enabled connector
 *   (drivers/gpu/drm/drm_sysfs.c), or with the firmware's framebuffer (/proc/iomem);
 * - devices that a process has open by a block or character node under any name
 *   (open_files.h); the node's number leads to the device in sysfs, and nodes of NVIDIA's
 *   driver and amdkfd, which have no PCI device there, are known by their numbers;
 * - disks of in_use->devices that somebody uses exclusively, such as a file system
 *   mounted in another mount namespace, an imported ZFS pool or drbd;
 * - devices on another vfio driver than the one to be bound, if a virtual machine has
 *   them open: unbinding would wait for its end.
 *
 * Not seen: interfaces of other network namespaces, and users in the kernel that open a
 * disk without claiming it (nvmet).
 *
 * needs->text is that of host_find_needs(); a use by a process reads "dd (pid 812) at
 * /dev/nvme0n1". It is NULL if in_use->at_home is false. If in_use->error is set, nothing
 * may be taken. Returns 0 or -ENOMEM.
 */
int in_use_find(struct in_use *in_use, struct host_needs *needs, struct arena *arena,
		const struct host_roots *roots);

/*
 * Finds who has a device of an IOMMU group open through VFIO, by the nodes of the group
 * and its members (Documentation/driver-api/vfio.rst), compared by device number, not by
 * name. Sets *user to the process's name and pid, or NULL for nobody, or a text that says
 * that the user is unknown: a group's node can be opened only once, so a busy one has a
 * user even if unseen, and a process whose files cannot be read may be the user. dev and
 * proc are "/dev" and "/proc". The arena owns the text.
 */
void in_use_find_machine(struct arena *arena, const struct sysfs *sysfs, const char *proc,
			 const char *dev, int group, const char **user);

/* The processes of a machine, to ask which of them have devices open through VFIO. */
struct in_use_machines {
	const char *proc;
	struct open_files files;
	int error; /* -errno if some process's files could not be read */
};

/* Reads which nodes the processes have open. The caller calls in_use_close_machines(). */
void in_use_open_machines(struct in_use_machines *machines, const char *proc);

void in_use_close_machines(struct in_use_machines *machines);

/*
 * Finds who has a device of an IOMMU group open through VFIO, as far as processes can be
 * read. Opens no node, so that no virtual machine's start is disturbed. Sets *user to
 * "win11, qemu-system-x86 (pid 812)", or to NULL for nobody; the arena owns it.
 */
void in_use_find_user(const struct in_use_machines *machines, struct arena *arena,
		      const struct sysfs *sysfs, int group, const char **user);

/*
 * Calls function with the name of each of a device's nodes in /dev/vfio/devices
 * ("vfio0"). Returns as sysfs_list() does.
 */
int in_use_list_nodes(const struct sysfs *sysfs, const char *address,
		      int (*function)(void *context, const char *name), void *context);
