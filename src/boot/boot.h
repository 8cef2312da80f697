// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/module.h"

/* Where one run at boot finds what it needs and leaves what it has to say. */
struct boot_paths {
	const char *config; /* what the user wrote; need not be there */
	const char *host;   /* what the host needs, found when the image was made; likewise */
	const char *report; /* directory for the report; unused for a dry run */
	bool dry_run;	    /* decide and log alone, whatever the settings say: write no report */
	struct module_places modules;
};

/*
 * Reads the settings, takes the devices unless that is a dry run, writes the report and the log.
 * allowed may be NULL; else it gets, as soon as the settings are known, the
 * milliseconds that they give the run. Returns an exit_code. Expects /proc and
 * /sys to be mounted.
 */
int boot(const struct boot_paths *paths, volatile int *allowed);
