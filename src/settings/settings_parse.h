// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files that read settings; all others use settings.h. */

#include <stdbool.h>

#include "lib/textfile.h"
#include "lib/util.h"
#include "settings/settings.h"

/* So much of a bad piece is shown that what is wrong with it still fits into a log line. */
#define PIECE "'%.80s'"

/* Prefix of every parameter of ours on the kernel command line. */
#define SETTINGS_OWN_NAME "vfio_early"

/* Details of a problem beside its text. */
struct complaint {
	const struct origin *origin;
	enum setting_key key; /* SETTING_COUNT where that is unknown */
	const char *meant;    /* copied; NULL if unknown */
	bool dropped; /* it can do no more than add a device, and does not stop the taking */
};

/*
 * Adds a problem, control characters made visible. The text is the arena's.
 * All of these give 0 or -ENOMEM where nothing else is said.
 */
int settings_complain(struct settings *settings, const struct complaint *complaint,
		      const char *format, ...) PRINTF_FORMAT(3, 4);

/* The same for what is no key's value and stops the taking. */
#define settings_add_problem(settings, at, ...)                                                  \
	settings_complain(settings, &(struct complaint){ .origin = (at), .key = SETTING_COUNT }, \
			  __VA_ARGS__)

/*
 * The same for a "key" or "parameter" that is none of ours, with the one that was probably
 * meant, or with all that are.
 */
int settings_add_unknown(struct settings *settings, const struct origin *origin, const char *what,
			 const char *name);

/* The same for a word that parses as no selector, with the one that was probably meant. */
int settings_add_bad_selector(struct settings *settings, enum setting_key key,
			      const struct origin *origin, const char *text, size_t length,
			      const char *reason);

/* The same for a word of force whose first named bytes, before ':', are no guard's name. */
int settings_add_bad_reason(struct settings *settings, const struct origin *origin,
			    const char *text, size_t length, size_t named);

/* The same for a list that ends in a comma. */
int settings_add_cut_list(struct settings *settings, enum setting_key key,
			  const struct origin *origin);

/*
 * The same for a list that a blank cuts off; meant is the parameter as it was probably meant, or
 * NULL.
 */
int settings_add_split_list(struct settings *settings, enum setting_key key,
			    const struct origin *origin, const char *meant);

/*
 * Whether the first length bytes of a bad value hold what can be no part of it: an '=', a quote
 * or our name. It has then swallowed what stood after it, which may be a restriction.
 */
bool settings_has_swallowed(const char *text, size_t length);

/* Lets the problems of a key stop nothing any more, once another source has replaced its value. */
void settings_forget_stops(struct settings *settings, enum setting_key key, const char *source);

/* Whether the key's value is a list of selectors. */
bool settings_is_list(enum setting_key key);

/* Whether a list's text ends in a comma, so that a part of it is likely to be elsewhere. */
bool settings_is_cut(const char *list);

/* Returns SETTING_COUNT for a name that no key has; '-' and '_' are the same in it. */
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

/* Returns false for a word that is neither on nor off. */
bool settings_parse_switch(const char *text, bool *value);

/* Whether text begins with the name, '-' and '_' being the same, as the kernel holds them to be. */
bool settings_starts_with_name(const char *text, const char *name);

/* The words for on, then those for off, that a switch takes. */
#define SETTINGS_SWITCH_WORDS 10
extern const char *const settings_switch_words[SETTINGS_SWITCH_WORDS];
