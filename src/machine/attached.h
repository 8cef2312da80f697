// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/*
 * Records the consoles and armed watchdogs that hang on devices, which are sorted by
 * address:
 * - the consoles of /sys/class/tty/console/active (drivers/tty/tty_io.c,
 *   show_cons_active()), such as a serial card, AMT or a management controller;
 * - the watchdogs whose state is "active" (drivers/watchdog/watchdog_dev.c,
 *   state_show()).
 *
 * Each counts for the nearest PCI function above it in sysfs. A watchdog without one
 * counts for the devices whose driver has its identity (identity_show()) as name.
 * Anything unreadable counts as absent. The arena owns the names. Returns 0 or -ENOMEM.
 */
int attached_find(const struct sysfs *sysfs, struct arena *arena, struct device *devices,
		  size_t count);
