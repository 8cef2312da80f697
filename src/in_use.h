// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "arena.h"
#include "host.h"
#include "pci.h"
#include "sysfs.h"

/*
 * What this host uses of its PCI devices at this moment, and would lose if they
 * were taken from under it now: all that host_find_needs() tells, and
 *
 * - what any mounted file system or running swap lies on, and block devices
 *   that md, dm or bcache hold (class/block/NAME/holders);
 * - network interfaces with a route, an address that is more than link-local
 *   (/proc/net/if_inet6), or another interface on top that is up (a bridge, a bond);
 * - displays that show a picture: a connector that is enabled (drivers/gpu/drm/
 *   drm_sysfs.c), whoever draws it, or the firmware's framebuffer (/proc/iomem);
 * - displays that a process has open: /dev/dri, /dev/fb;
 * - devices on another VFIO driver than the one that is to be bound, which a
 *   virtual machine has open: unbinding those would wait for its end.
 *
 * It does not see what is in another mount or network namespace only, nor a
 * driver's users who go by other nodes, as the proprietary one of NVIDIA has
 * them. Those that hold a device all the same are waited for no longer than the deadline.
 *
 * driver is the one to be bound; NULL for any of VFIO's. needs->text is as that of
 * host_find_needs(); NULL also on a host that this process is not at home on,
 * where *at_home is false, and nothing can be said. Gives 0 or -ENOMEM.
 */
int in_use_find(struct host_needs *needs, struct arena *arena, const struct host_roots *roots,
		const char *driver, bool *at_home);

/*
 * Finds who has a device of an IOMMU group open through VFIO, by the nodes of
 * the group and of its members (Documentation/driver-api/vfio.rst). Gives the
 * name and pid of the process, NULL where there is none, or that it is unknown:
 * a group's node can be opened once only, so that one that is busy has a user
 * even if that is in a container. dev and proc are "/dev" and "/proc". The text is the arena's.
 */
void in_use_find_machine(struct arena *arena, const struct sysfs *sysfs, const char *proc,
			 const char *dev, int group, const char **user);

/* Calls function with the name of each of a device's nodes in /dev/vfio/devices: "vfio0". */
int in_use_list_nodes(const struct sysfs *sysfs, const char *address,
		      int (*function)(void *context, const char *name), void *context);
