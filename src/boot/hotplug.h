// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/deadline.h"

/*
 * Starts to listen to the kernel's device events (AF_NETLINK,
 * NETLINK_KOBJECT_UEVENT), which needs no udev. Returns a file descriptor, or
 * -errno.
 */
int hotplug_listen(void);

/*
 * Sleeps until the kernel says that a PCI device was added, or for a short
 * while where listening failed (fd is negative), but no longer than the
 * deadline. The kernel says so after the device's group and attributes are
 * there (device_add() in drivers/base/core.c).
 */
void hotplug_wait(int fd, const struct deadline *deadline);

/*
 * Sleeps until no PCI device has been added for a while, a fraction of a second, and not for
 * ever where they come without end; just for that while where listening failed.
 */
void hotplug_settle(int fd);
