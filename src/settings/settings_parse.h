// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files that read settings. All others include settings.h. */

#include <stdbool.h>

#include "lib/textfile.h"
#include "lib/util.h"
#include "settings/settings.h"

/* Shows at most as much of a bad piece as leaves room in a log line for what is wrong with it. */
#define PIECE "'%.80s'"

/* Prefix of our parameters on the kernel command line. */
#define SETTINGS_OWN_NAME "vfio_early"

/* Details of a problem besides its text. */
struct complaint {
	const struct origin *origin;
	enum setting_key key; /* SETTING_COUNT if unknown */
	const char *meant;    /* copied; NULL if unknown */
	bool dropped;	      /* can only add a device, so it does not stop the taking */
};

/*
 * Adds a problem. The arena owns the text, made printable. Unless said otherwise, the
 * functions here return 0 or -ENOMEM.
 */
int settings_complain(struct settings *settings, const struct complaint *complaint,
		      const char *format, ...) PRINTF_FORMAT(3, 4);

/* Adds a problem that belongs to no key and stops the taking. */
#define settings_add_problem(settings, at, ...)                                                  \
	settings_complain(settings, &(struct complaint){ .origin = (at), .key = SETTING_COUNT }, \
			  __VA_ARGS__)

/*
 * Adds a problem for an unknown "key", "parameter" or "profile" (what). known lists those that
 * there are, each behind a blank; with NULL these are the keys, and the one probably meant is
 * suggested.
 */
int settings_add_unknown(struct settings *settings, const struct origin *origin, const char *what,
			 const char *name, const char *known);

/* Adds a problem for a word that is not a selector. Suggests the one probably meant. */
int settings_add_bad_selector(struct settings *settings, enum setting_key key,
			      const struct origin *origin, const char *text, size_t length,
			      const char *reason);

/*
 * Adds a problem for a word of force whose first named bytes, before ':', are not a
 * guard's name.
 */
int settings_add_bad_reason(struct settings *settings, const struct origin *origin,
			    const char *text, size_t length, size_t named);

/* Adds a problem for a list that ends in a comma. */
int settings_add_cut_list(struct settings *settings, enum setting_key key,
			  const struct origin *origin);

/*
 * Adds a problem for a list cut off by a blank. meant is the parameter as probably meant,
 * or NULL.
 */
int settings_add_split_list(struct settings *settings, enum setting_key key,
			    const struct origin *origin, const char *meant);

/*
 * Returns whether the first length bytes of a bad value have swallowed what followed
 * them, which may be a restriction: they hold '=', a quote or our name, none of which
 * belongs in a value.
 */
bool settings_has_swallowed(const char *text, size_t length);

/*
 * Returns whether a value is replaced by one that comes from source: it is another's, or in a
 * profile that is being read, the rest of the config's.
 */
bool settings_replaces(const struct settings *settings, const struct origin *value,
		       const char *source);

/* Clears the stops of a key's problems, once a value from source has replaced what they are in. */
void settings_forget_stops(struct settings *settings, enum setting_key key, const char *source);

/* Returns whether the key's value is a list of selectors. */
bool settings_is_list(enum setting_key key);

/* Returns whether a list ends in a comma: the rest of it is probably elsewhere. */
bool settings_is_cut(const char *list);

/* Returns the key of this name, or SETTING_COUNT; '-' and '_' are equal. */
enum setting_key settings_find_key(const char *name);

/*
 * Parses a key's value. A list replaces that of another source and adds to that of the
 * same one. value is NULL for a key without '=', which turns a switch on. A bad value
 * becomes a problem.
 */
int settings_read_value(struct settings *settings, enum setting_key key, const char *value,
			const struct origin *origin);

/*
 * Adds the first length bytes of text as a selector to a key's list. In force a guard's
 * name and ':' may precede it. A bad selector becomes a problem.
 */
int settings_read_selector(struct settings *settings, enum setting_key key, const char *text,
			   size_t length, const struct origin *origin);

/* Parses a switch. Returns false if the word is neither on nor off. */
bool settings_parse_switch(const char *text, bool *value);

/* Returns whether text begins with name. '-' and '_' are equal, as to the kernel. */
bool settings_starts_with_name(const char *text, const char *name);

/* The words for on, then the words for off. */
#define SETTINGS_SWITCH_WORDS 10
extern const char settings_switch_words[SETTINGS_SWITCH_WORDS][6];
