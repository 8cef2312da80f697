// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "host/up.h"

struct held_signals;

/* How a trial is watched until the machine is up. */
struct trial_watch {
	struct up_roots roots;
	const char *program;  /* the user's, which must exit with 0; NULL for none */
	unsigned int seconds; /* reboots if the trial is not confirmed by then; 0 for never */
	int pause;	      /* between two looks, in milliseconds */
	struct held_signals *signals; /* end the watch */
};

/*
 * Looks again and again whether the machine is up (host/up.h), and then confirms the trial
 * (trial_end.h). Says on standard output, once and when it changes, what it waits for. Ends
 * early when a signal comes, or when the trial is confirmed by hand. After watch->seconds reboots
 * (trial_reboot.h). Returns an exit_code (lib/command.h).
 */
int trial_watch(const struct trial_watch *watch);
