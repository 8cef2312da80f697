// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "settings/settings.h"
#include "unit.h"

#define CONFIG "/etc/vfio-early.conf"

/* Behind what is unknown. */
#define KNOWN "; known: devs, force, protect, members, driver, wait, timeout, debug, dry_run"

/* Writes what differs from the defaults, and each problem with its place. */
void settings_render(const struct settings *settings, struct text *text);

/* Reads both over fresh settings; each may be NULL. */
void settings_read(struct settings *settings, struct arena *arena, const char *config,
		   const char *cmdline);
