// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/*
 * Notes which of the devices, sorted by address, the host is watched and watches through: the
 * consoles of /sys/class/tty/console/active (drivers/tty/tty_io.c, show_cons_active()), be it a
 * serial card, AMT or a management controller; and the watchdogs whose state is "active"
 * (drivers/watchdog/watchdog_dev.c, state_show()). Each counts for the PCI function that is
 * nearest above it in sysfs; a watchdog that none is above, for those whose driver is called as
 * the watchdog is (identity_show()). What cannot be read is taken to be not there. The names belong
 * to the arena. Returns 0 or -ENOMEM.
 */
int attached_find(const struct sysfs *sysfs, struct arena *arena, struct device *devices,
		  size_t count);
