// SPDX-License-Identifier: GPL-2.0-or-later
/* Turns words that cannot be used into problems, and finds what was probably meant. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "settings/settings_parse.h"
#include "settings/suggest.h"

#define PIECE_MAX 80

/* A bad selector's message is cut here if a suggestion follows. */
#define REASON_END ";"

/* Appends "; did you mean 'X'?" if it fits. */
static void ask(char *text, size_t size, const char *meant)
{
	size_t used = strlen(text);

	if (snprintf(text + used, size - used, "; did you mean '%s'?", meant) >= (int)(size - used))
		text[used] = '\0';
}

int settings_complain(struct settings *settings, const struct complaint *complaint,
		      const char *format, ...)
{
	struct problem *problem = arena_allocate(settings->arena, 1, sizeof(*problem));
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (complaint->meant)
		ask(text, sizeof(text), complaint->meant);
	text_make_printable(text);
	if (!problem)
		return -ENOMEM;
	problem->origin = *complaint->origin;
	problem->key = complaint->key;
	problem->stops = !complaint->dropped;
	problem->text = arena_copy(settings->arena, text, strlen(text));
	if (!problem->text)
		return -ENOMEM;
	if (complaint->meant) {
		char *meant =
			arena_copy(settings->arena, complaint->meant, strlen(complaint->meant));

		if (!meant)
			return -ENOMEM;
		text_make_printable(meant);
		problem->meant = meant;
	}
	*settings->last_problem = problem;
	settings->last_problem = &problem->next;
	return 0;
}

const struct problem *settings_find_stop(const struct settings *settings)
{
	const struct problem *problem = settings->problems;

	while (problem && !problem->stops)
		problem = problem->next;
	return problem;
}

bool settings_replaces(const struct settings *settings, const struct origin *value,
		       const char *source)
{
	if (settings->section)
		return value->line && value->line < settings->section;
	return !streq(value->source, source);
}

void settings_forget_stops(struct settings *settings, enum setting_key key, const char *source)
{
	for (struct problem *problem = settings->problems; problem; problem = problem->next)
		if (problem->key == key && settings_replaces(settings, &problem->origin, source))
			problem->stops = false;
}

int settings_add_unread(struct settings *settings, const char *path, const char *reason)
{
	struct origin origin = { .source = path };

	return settings_add_problem(settings, &origin, "not read: %s", reason);
}

/* Returns the key that was probably meant; SETTING_COUNT for none. */
static enum setting_key find_near_key(const char *name, enum setting_key count)
{
	const char *names[SETTING_CLAIMED];
	size_t near;

	for (enum setting_key key = 0; key < count; key++)
		names[key] = setting_name(key);
	near = suggest_word(name, names, count);
	/* Three letters tell the keys apart: "devices", "drivers", "protection". */
	for (enum setting_key key = 0; near == count && key < count; key++)
		if (strncmp(name, names[key], 3) == 0)
			near = key;
	return near == count ? SETTING_COUNT : (enum setting_key)near;
}

int settings_add_unknown(struct settings *settings, const struct origin *origin, const char *what,
			 const char *name, const char *known)
{
	const char *dot = strrchr(name, '.');
	bool parameter = *what == 'p';
	enum setting_key count = parameter ? SETTING_CLAIMED : SETTING_PROFILE;
	enum setting_key near = known ? SETTING_COUNT : find_near_key(dot ? dot + 1 : name, count);
	struct complaint complaint = { .origin = origin, .key = SETTING_COUNT };

	if (near != SETTING_COUNT) {
		complaint.meant = arena_print(settings->arena, "%s%s",
					      parameter ? "vfio_early." : "", setting_name(near));
		return complaint.meant ? settings_complain(settings, &complaint,
							   PIECE ": unknown %s", name, what)
				       : -ENOMEM;
	}
	if (!known) {
		known = "";
		for (enum setting_key key = 0; known && key < count; key++)
			known = arena_print(settings->arena, "%s%s %s", known, key ? "," : "",
					    setting_name(key));
	}
	return known ? settings_complain(settings, &complaint, PIECE ": unknown %s; known:%s", name,
					 what, known)
		     : -ENOMEM;
}

bool settings_has_swallowed(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == '=' || text[i] == '"' ||
		    (length - i >= sizeof(SETTINGS_OWN_NAME) - 1 &&
		     settings_starts_with_name(text + i, SETTINGS_OWN_NAME)))
			return true;
	return false;
}

/*
 * Returns whether a bad word can only add a device. In devs it may be an exclusion whose
 * '!' is mistyped.
 */
static bool may_drop(enum setting_key key, const char *text, size_t length)
{
	struct selector selector;
	struct selector_error error;

	if (settings_has_swallowed(text, length) || (key != SETTING_DEVS && key != SETTING_FORCE))
		return false;
	if (key == SETTING_FORCE)
		return true;
	return !memchr(text, '!', length) && !memchr(text, '@', length) &&
	       selector_parse(text + 1, length - 1, &selector, &error) != 0;
}

int settings_add_bad_selector(struct settings *settings, enum setting_key key,
			      const struct origin *origin, const char *text, size_t length,
			      const char *reason)
{
	struct complaint complaint = { .origin = origin,
				       .key = key,
				       .dropped = may_drop(key, text, length) };
	int shown = length < PIECE_MAX ? (int)length : PIECE_MAX;
	size_t said = strlen(reason);
	char meant[SUGGEST_SIZE];

	/* members takes places and ids without '!', so no suggestion fits. */
	if (key != SETTING_MEMBERS && suggest_selector(text, length, meant)) {
		complaint.meant = key != SETTING_DEVS && meant[0] == '!' ? meant + 1 : meant;
		said = strcspn(reason, REASON_END);
	}
	return settings_complain(settings, &complaint, "%s: '%.*s': %.*s", setting_name(key), shown,
				 text, (int)said, reason);
}

int settings_add_bad_reason(struct settings *settings, const struct origin *origin,
			    const char *text, size_t length, size_t named)
{
	const char *names[REFUSAL_COUNT - REFUSAL_FIRST_FORCED], *known = "";
	const char *name = arena_copy(settings->arena, text, named);
	struct complaint complaint = { .origin = origin,
				       .key = SETTING_FORCE,
				       .dropped = may_drop(SETTING_FORCE, text, length) };
	size_t near;
	int shown = length < PIECE_MAX ? (int)length : PIECE_MAX;

	for (size_t i = 0; known && i < ARRAY_SIZE(names); i++) {
		names[i] = refusal_name(REFUSAL_FIRST_FORCED + (enum refusal)i);
		known = arena_print(settings->arena, "%s%s %s", known, i ? "," : "", names[i]);
	}
	if (!known || !name)
		return -ENOMEM;
	near = suggest_word(name, names, ARRAY_SIZE(names));
	if (near == ARRAY_SIZE(names))
		return settings_complain(settings, &complaint,
					 "force: '%.*s': no guard is called '%.40s'; known:%s",
					 shown, text, name, known);
	complaint.meant = arena_print(settings->arena, "%s%.*s", names[near], (int)(length - named),
				      text + named);
	return complaint.meant ? settings_complain(settings, &complaint,
						   "force: '%.*s': no guard is called '%.40s'",
						   shown, text, name)
			       : -ENOMEM;
}

bool settings_is_cut(const char *list)
{
	size_t length = strlen(list);

	while (length && strchr(" \t\r\n", list[length - 1]))
		length--;
	return length && list[length - 1] == ',';
}

int settings_add_cut_list(struct settings *settings, enum setting_key key,
			  const struct origin *origin)
{
	return settings_complain(settings, &(struct complaint){ .origin = origin, .key = key },
				 "%s: the list ends in a comma, so part of it may be missing: "
				 "write it all on one line, or remove the comma",
				 setting_name(key));
}

int settings_add_split_list(struct settings *settings, enum setting_key key,
			    const struct origin *origin, const char *meant)
{
	return settings_complain(
		settings, &(struct complaint){ .origin = origin, .key = key, .meant = meant },
		"%s: a blank cuts off the list%s", setting_name(key),
		meant ? "" : ": write it without blanks, or quote it");
}
