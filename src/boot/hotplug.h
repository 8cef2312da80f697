// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/deadline.h"

/*
 * Opens a socket for the kernel's device events (NETLINK_KOBJECT_UEVENT), without udev.
 * Returns a descriptor, which the caller closes, or -errno.
 */
int hotplug_listen(void);

/*
 * Sleeps until a PCI device is added, but not past the deadline. Sleeps for a short while
 * if fd is negative. The event comes after the device's group and attributes exist
 * (drivers/base/core.c, device_add()).
 */
void hotplug_wait(int fd, const struct deadline *deadline);

/*
 * Sleeps until no PCI device has been added for a fraction of a second, but only for
 * seconds if they keep coming. Sleeps for that fraction if fd is negative.
 */
void hotplug_settle(int fd);
