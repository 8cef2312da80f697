// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "settings/settings.h"
#include "unit.h"

#define CONFIG "/etc/vfio-early.conf"

/* Ends a message about an unknown key. */
#define KNOWN                                                                                     \
	"; known: devs, force, protect, members, driver, wait, timeout, debug, dry_run, rescue, " \
	"trial, confirm, confirm_within, boot"

/* The same for a parameter of the command line. */
#define KNOWN_PARAMETERS KNOWN ", profile"

/* Writes all settings that are not defaults, and each problem with its place. */
void settings_render(const struct settings *settings, struct text *text);

/* Reads both into fresh settings; each may be NULL. */
void settings_read(struct settings *settings, struct arena *arena, const char *config,
		   const char *cmdline);
