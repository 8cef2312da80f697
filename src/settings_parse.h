// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files that read settings share; settings.h is what others use. */

#include <stdbool.h>

#include "input.h"
#include "settings.h"
#include "util.h"

/* So much of a bad piece is shown that what is wrong with it still fits into a log line. */
#define PIECE "'%.80s'"

/*
 * Adds a problem, control characters made visible. The text is the arena's.
 * All of these give 0 or -ENOMEM where nothing else is said.
 */
int settings_add_problem(struct settings *settings, const struct origin *origin, const char *format,
			 ...) PRINTF_FORMAT(3, 4);

/* The same for a "key" or "parameter" that is none of ours, with those that are. */
int settings_add_unknown(struct settings *settings, const struct origin *origin, const char *what,
			 const char *name);

/* Gives SETTING_COUNT for a name that no key has; '-' and '_' are the same in it. */
enum setting_key settings_find_key(const char *name);

/*
 * Reads a key's value; a list replaces what another source said, and adds to
 * what the same one did. value is NULL where only the key was written, which
 * turns a switch on. A bad value becomes a problem.
 */
int settings_read_value(struct settings *settings, enum setting_key key, const char *value,
			const struct origin *origin);

/*
 * Adds one selector, the first length bytes of text, to the list of a key. In force a guard's
 * name and ':' may stand before it.
 */
int settings_read_selector(struct settings *settings, enum setting_key key, const char *text,
			   size_t length, const struct origin *origin);

/* Gives false for a word that is neither on nor off. */
bool settings_parse_switch(const char *text, bool *value);

/* Whether text begins with the name, '-' and '_' being the same, as the kernel holds them to be. */
bool settings_starts_with_name(const char *text, const char *name);
