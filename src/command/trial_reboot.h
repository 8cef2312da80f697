// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

struct held_signals;
struct up_roots;

/*
 * Writes text on /dev/console and on every console of /sys/class/tty/console/active
 * (drivers/tty/tty_io.c, show_cons_active()), tells it whoever is logged in, and reboots: by
 * systemctl(1), and each time that does not end this process soon, with more force. Returns
 * EXIT_PARTLY when the shutdown's signal comes, or when nothing helped.
 */
int trial_reboot(const struct up_roots *roots, const char *text,
		 const struct held_signals *signals);
