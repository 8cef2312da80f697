// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/settings.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "settings/settings_parse.h"
#include "settings/suggest.h"

#define SECONDS_MAX 3600

/* A name in sysfs is one directory entry. */
#define DRIVER_NAME_MAX 255

#define SOURCE_ARGUMENT "argument"

enum value_type {
	TYPE_SELECTORS,
	TYPE_DRIVER,
	TYPE_PROGRAM,
	TYPE_PROFILE,
	TYPE_SECONDS,
	TYPE_SWITCH,
	TYPE_RESCUE,
	TYPE_GRUB,
};

static const struct {
	char name[15]; /* no pointer: those need relocations, and the image's program is small */
	uint8_t type;  /* enum value_type */
	uint8_t least;
	uint16_t offset; /* of the value in struct settings */
} keys[SETTING_COUNT] = {
	[SETTING_DEVS] = { "devs", TYPE_SELECTORS, 0, offsetof(struct settings, devs) },
	[SETTING_FORCE] = { "force", TYPE_SELECTORS, 0, offsetof(struct settings, force) },
	[SETTING_PROTECT] = { "protect", TYPE_SELECTORS, 0, offsetof(struct settings, protect) },
	[SETTING_MEMBERS] = { "members", TYPE_SELECTORS, 0, offsetof(struct settings, members) },
	[SETTING_DRIVER] = { "driver", TYPE_DRIVER, 0, offsetof(struct settings, driver) },
	[SETTING_WAIT] = { "wait", TYPE_SECONDS, 0, offsetof(struct settings, wait_seconds) },
	[SETTING_TIMEOUT] = { "timeout", TYPE_SECONDS, 1,
			      offsetof(struct settings, timeout_seconds) },
	[SETTING_DEBUG] = { "debug", TYPE_SWITCH, 0, offsetof(struct settings, debug) },
	[SETTING_DRY_RUN] = { "dry_run", TYPE_SWITCH, 0, offsetof(struct settings, dry_run) },
	[SETTING_RESCUE] = { "rescue", TYPE_RESCUE, 0, offsetof(struct settings, in_repair) },
	[SETTING_TRIAL] = { "trial", TYPE_SWITCH, 0, offsetof(struct settings, trial) },
	[SETTING_CONFIRM] = { "confirm", TYPE_PROGRAM, 0, offsetof(struct settings, confirm) },
	[SETTING_CONFIRM_WITHIN] = { "confirm_within", TYPE_SECONDS, 0,
				     offsetof(struct settings, confirm_seconds) },
	[SETTING_BOOT] = { "boot", TYPE_RESCUE, 0, offsetof(struct settings, in_boot) },
	[SETTING_PROFILE] = { "profile", TYPE_PROFILE, 0, offsetof(struct settings, profile) },
	[SETTING_CLAIMED] = { "claimed", TYPE_SELECTORS, 0, offsetof(struct settings, claimed) },
	[SETTING_NETWORK] = { "network", TYPE_SELECTORS, 0, offsetof(struct settings, network) },
	[SETTING_CONFIRMS] = { "confirms", TYPE_SWITCH, 0, offsetof(struct settings, confirms) },
	[SETTING_GRUB] = { "grub", TYPE_GRUB, 0, offsetof(struct settings, grub) },
};

static void *value_of(struct settings *settings, enum setting_key key)
{
	return (char *)settings + keys[key].offset;
}

void settings_init(struct settings *settings, struct arena *arena)
{
	memset(settings, 0, sizeof(*settings));
	settings->driver = "vfio-pci";
	settings->trial = true;
	settings->in_boot = true;
	settings->timeout_seconds = 10;
	settings->arena = arena;
	settings->last_problem = &settings->problems;
}

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void list_clear(struct selector_list *list)
{
	list->count = 0;
	list->written = false;
}

static struct selector *list_grow(struct selector_list *list, struct arena *arena)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 8;
		struct selector *items = arena_allocate(arena, room, sizeof(*items));

		if (!items)
			return NULL;
		if (list->count)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
		list->room = room;
	}
	return &list->items[list->count];
}

/* Nobody looks again at what this accepts, so it is strict: one place and the id there. */
static bool is_member(const struct selector *selector)
{
	return selector->has_identity &&
	       (selector->kind == SELECTOR_FUNCTION || selector->kind == SELECTOR_PATH);
}

int settings_read_selector(struct settings *settings, enum setting_key key, const char *text,
			   size_t length, const struct origin *origin)
{
	struct selector *selector = list_grow(value_of(settings, key), settings->arena);
	struct selector_error error = { 0 };
	struct origin place = *origin;
	size_t named = key == SETTING_FORCE ? refusal_name_length(text, length) : 0;
	enum refusal reason = refusal_find(text, named);

	if (!selector)
		return -ENOMEM;
	((struct selector_list *)value_of(settings, key))->written = true;
	if (named && reason == REFUSAL_NONE)
		return settings_add_bad_reason(settings, origin, text, length, named);
	named += named != 0;
	if (selector_parse(text + named, length - named, selector, &error)) {
		place.column += (unsigned int)(named + error.offset);
		return settings_add_bad_selector(settings, key, &place, text, length, error.reason);
	}
	if (selector->exclude && key != SETTING_DEVS)
		return settings_add_bad_selector(settings, key, &place, text, length,
						 "'!' is allowed in devs only");
	if (key == SETTING_MEMBERS && !is_member(selector))
		return settings_add_bad_selector(settings, key, &place, text, length,
						 "not PATH@ID as vfio-early pin writes it");
	selector->origin = *origin;
	selector->reason = reason;
	selector->text = arena_copy(settings->arena, text, length);
	if (!selector->text)
		return -ENOMEM;
	((struct selector_list *)value_of(settings, key))->count++;
	return 0;
}

static int read_selectors(struct settings *settings, enum setting_key key, const char *text,
			  const struct origin *origin)
{
	size_t start = 0;
	int result = 0;

	while (!result) {
		size_t end;
		struct origin place = *origin;

		while (text[start] && is_separator(text[start]))
			start++;
		if (!text[start])
			break;
		for (end = start; text[end] && !is_separator(text[end]); end++)
			;
		place.column += (unsigned int)start;
		result = settings_read_selector(settings, key, text + start, end - start, &place);
		start = end;
	}
	return result;
}

/*
 * Returns whether the name may stand in a path of sysfs and in a log. A name with '=' or
 * ',' is a parameter that lost the blank before it.
 */
static bool is_driver_name(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > DRIVER_NAME_MAX || text[0] == '.' || streq(text, "(null)"))
		return false;
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f || strchr("/=,", *text))
			return false;
	return true;
}

static int read_driver(struct settings *settings, enum setting_key key, const char *text,
		       const struct origin *origin)
{
	/* Their modules are spelled with '_'. */
	static const char *const drivers[] = { "vfio-pci", "pci-stub" };

	if (streq(text, "auto")) {
		settings->driver = NULL;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (text_same_name(text, drivers[i]))
			text = drivers[i];
	if (!is_driver_name(text) || settings_has_swallowed(text, strlen(text)))
		return settings_complain(settings,
					 &(struct complaint){ .origin = origin, .key = key },
					 "%s: " PIECE ": not a driver name", keys[key].name, text);
	settings->driver = arena_copy(settings->arena, text, strlen(text));
	return settings->driver ? 0 : -ENOMEM;
}

/* Only its path: whoever needs arguments writes a script. */
static int read_program(struct settings *settings, enum setting_key key, const char *text,
			const struct origin *origin)
{
	if (*text != '/' || text[strcspn(text, " \t")])
		return settings_complain(
			settings, &(struct complaint){ .origin = origin, .key = key },
			"%s: " PIECE ": not the path of a program", keys[key].name, text);
	settings->confirm = arena_copy(settings->arena, text, strlen(text));
	return settings->confirm ? 0 : -ENOMEM;
}

/*
 * Returns whether a bad value restricts nothing. A value with '=' has swallowed the text
 * after it, which may be a restriction.
 */
static bool may_drop(enum setting_key key, const char *text)
{
	return key != SETTING_DRY_RUN && !settings_has_swallowed(text, strlen(text));
}

static int read_seconds(struct settings *settings, enum setting_key key, const char *text,
			const struct origin *origin)
{
	unsigned int value = 0;
	size_t length = strlen(text);

	for (size_t i = 0; i < length && value <= SECONDS_MAX; i++) {
		if (text[i] < '0' || text[i] > '9') {
			length = 0;
			break;
		}
		value = value * 10 + (unsigned int)(text[i] - '0');
	}
	if (length == 0 || value < keys[key].least || value > SECONDS_MAX)
		return settings_complain(settings,
					 &(struct complaint){ .origin = origin,
							      .key = key,
							      .dropped = may_drop(key, text) },
					 "%s: " PIECE ": not a number of seconds from %u to %u",
					 keys[key].name, text, keys[key].least, SECONDS_MAX);
	*(unsigned int *)value_of(settings, key) = value;
	return 0;
}

const char settings_switch_words[][6] = { "on",	 "1", "yes", "true",  "y",
					  "off", "0", "no",  "false", "n" };

bool settings_parse_switch(const char *text, bool *value)
{
	for (size_t i = 0; i < SETTINGS_SWITCH_WORDS; i++) {
		if (streq(text, settings_switch_words[i])) {
			*value = i < SETTINGS_SWITCH_WORDS / 2;
			return true;
		}
	}
	return false;
}

static int read_switch(struct settings *settings, enum setting_key key, const char *text,
		       const struct origin *origin)
{
	const char *words[SETTINGS_SWITCH_WORDS];
	size_t near;

	if (settings_parse_switch(text, value_of(settings, key)))
		return 0;
	for (size_t i = 0; i < SETTINGS_SWITCH_WORDS; i++)
		words[i] = settings_switch_words[i];
	near = suggest_word(text, words, SETTINGS_SWITCH_WORDS);
	return settings_complain(settings,
				 &(struct complaint){ .origin = origin,
						      .key = key,
						      .meant = near < SETTINGS_SWITCH_WORDS
								       ? settings_switch_words[near]
								       : NULL,
						      .dropped = may_drop(key, text) },
				 "%s: " PIECE ": neither on nor off", keys[key].name, text);
}

/* What a boot takes, or a system for repair. */
static int read_rescue(struct settings *settings, enum setting_key key, const char *text,
		       const struct origin *origin)
{
	if (!streq(text, "take") && !streq(text, "nothing"))
		return settings_complain(
			settings, &(struct complaint){ .origin = origin, .key = key },
			"%s: " PIECE ": neither take nor nothing", keys[key].name, text);
	*(bool *)value_of(settings, key) = *text == 't';
	return 0;
}

bool settings_are_off(const struct settings *settings)
{
	return settings->off || !settings->in_boot || (settings->repair && !settings->in_repair);
}

bool settings_has_trials(const struct settings *settings)
{
	return settings->origins[SETTING_TRIAL].source ? settings->trial : settings->confirms;
}

bool settings_is_list(enum setting_key key)
{
	return keys[key].type == TYPE_SELECTORS;
}

static int read_value(struct settings *settings, enum setting_key key, const char *value,
		      const struct origin *origin)
{
	struct problem **problems = settings->last_problem;
	int result = 0;

	if (keys[key].type == TYPE_SELECTORS) {
		/* Lists from one source add up; a list from another source replaces them. */
		if (!settings->origins[key].source ||
		    (settings_replaces(settings, &settings->origins[key], origin->source) &&
		     (key != SETTING_PROTECT || !settings->section))) {
			list_clear(value_of(settings, key));
			settings_forget_stops(settings, key, origin->source);
		}
		settings->origins[key] = *origin;
	}
	if (!value && keys[key].type != TYPE_SWITCH)
		return settings_complain(
			settings,
			&(struct complaint){ .origin = origin,
					     .key = key,
					     .dropped = keys[key].type == TYPE_SECONDS ||
							key == SETTING_FORCE },
			"%s: has no value", keys[key].name);
	switch (keys[key].type) {
	case TYPE_SELECTORS:
		return read_selectors(settings, key, value, origin);
	case TYPE_DRIVER:
		result = read_driver(settings, key, value, origin);
		break;
	case TYPE_PROGRAM:
		result = read_program(settings, key, value, origin);
		break;
	case TYPE_PROFILE:
		/* That it may not exist is found out when it is read. */
		settings->profile = value;
		break;
	case TYPE_SECONDS:
		result = read_seconds(settings, key, value, origin);
		break;
	case TYPE_SWITCH:
		result = read_switch(settings, key, value ? value : "on", origin);
		break;
	case TYPE_RESCUE:
		result = read_rescue(settings, key, value, origin);
		break;
	case TYPE_GRUB:
		settings->grub = arena_copy(settings->arena, value, strlen(value));
		result = settings->grub ? 0 : -ENOMEM;
		break;
	}
	/* A bad value leaves the earlier value and its origin. */
	if (settings->last_problem == problems) {
		settings_forget_stops(settings, key, origin->source);
		settings->origins[key] = *origin;
	}
	return result;
}

/* Checks a value that is left out: only its problems are kept. */
static int check_value(struct settings *settings, enum setting_key key, const char *value,
		       const struct origin *origin)
{
	struct settings unused = { .arena = settings->arena, .problems = settings->problems };
	int result;

	unused.last_problem = settings->problems ? settings->last_problem : &unused.problems;
	result = read_value(&unused, key, value, origin);
	settings->problems = unused.problems;
	if (unused.problems)
		settings->last_problem = unused.last_problem;
	settings->left_out |= SETTINGS_BIT(key);
	return result;
}

int settings_read_value(struct settings *settings, enum setting_key key, const char *value,
			const struct origin *origin)
{
	struct problem **problems = settings->last_problem;
	int result = settings->leave_out & SETTINGS_BIT(key)
			     ? check_value(settings, key, value, origin)
			     : read_value(settings, key, value, origin);

	/* No other value of this key replaces the swallowed text. */
	for (struct problem *problem = *problems; value && problem; problem = problem->next)
		if (settings_has_swallowed(value, strlen(value)))
			problem->key = SETTING_COUNT;
	return result;
}

bool settings_starts_with_name(const char *text, const char *name)
{
	for (; *name; name++, text++)
		if (*text != *name && !(*text == '-' && *name == '_'))
			return false;
	return true;
}

enum setting_key settings_find_key(const char *name)
{
	enum setting_key key;

	for (key = 0; key < SETTING_COUNT; key++)
		if (strlen(name) == strlen(keys[key].name) &&
		    settings_starts_with_name(name, keys[key].name))
			break;
	return key;
}

int settings_add_argument(struct settings *settings, const char *text, bool last)
{
	struct origin origin = { .source = SOURCE_ARGUMENT, .column = 1 };
	int error = settings_read_value(settings, SETTING_DEVS, text, &origin);

	if (error || !last || !settings_is_cut(text))
		return error;
	return settings_add_cut_list(settings, SETTING_DEVS, &origin);
}

const char *setting_name(enum setting_key key)
{
	return keys[key].name;
}

static const char *list_text(const struct selector_list *list, struct arena *arena)
{
	size_t length = 0, used = 0;
	char *text;

	for (size_t i = 0; i < list->count; i++)
		length += strlen(list->items[i].text) + 1;
	text = arena_allocate(arena, length + 1, 1);
	for (size_t i = 0; text && i < list->count; i++) {
		size_t size = strlen(list->items[i].text);

		if (i)
			text[used++] = ',';
		memcpy(text + used, list->items[i].text, size);
		used += size;
	}
	return text;
}

const char *setting_value(const struct settings *settings, enum setting_key key,
			  struct arena *arena)
{
	const void *value = value_of((struct settings *)settings, key);

	switch (keys[key].type) {
	case TYPE_SELECTORS:
		return list_text(value, arena);
	case TYPE_DRIVER:
		return settings->driver ? settings->driver : "auto";
	case TYPE_PROGRAM:
	case TYPE_PROFILE:
		return *(const char *const *)value ? *(const char *const *)value : "";
	case TYPE_SECONDS:
		return arena_print(arena, "%u", *(const unsigned int *)value);
	case TYPE_SWITCH:
		return *(const bool *)value ? "on" : "off";
	case TYPE_RESCUE:
		return *(const bool *)value ? "take" : "nothing";
	case TYPE_GRUB:
		return settings->grub ? settings->grub : "";
	}
	return NULL;
}
