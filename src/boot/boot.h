// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/module.h"

/* The files of a run at boot. */
struct boot_paths {
	const char *config; /* the user's config; may be missing */
	const char *host;   /* the host's needs, listed when the image was made; may be missing */
	const char *report; /* the report's directory; unused in a dry run */
	bool dry_run;	    /* decides and logs only, whatever the settings say; no report */
	struct module_places modules;
};

/*
 * Reads the settings, takes the devices, writes the report and the log. If allowed is not
 * NULL, stores there, once the settings are read, how many milliseconds they allow the
 * run. Returns an exit_code. /proc and /sys must be mounted.
 */
int boot(const struct boot_paths *paths, volatile int *allowed);
