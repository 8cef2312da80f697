// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"

/* The room in settings_problem.c. */
#define PROBLEM_MAX 511

void fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	size_t length = strnlen((const char *)data, size);
	char *text = malloc(length + 1);

	FUZZ_CHECK(text);
	memcpy(text, data, length);
	text[length] = '\0';
	return text;
}

char *fuzz_line(char **text)
{
	if (!*text || !**text)
		return NULL;
	return strsep(text, "\n");
}

char *fuzz_section(char **text)
{
	char *section = *text, *line = *text;

	if (!section)
		return (char *)"";
	while (line && strcmp(line, "%%") != 0 && strncmp(line, "%%\n", 3) != 0) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	*text = line && line[2] ? line + 3 : NULL;
	if (line)
		*line = '\0';
	return section;
}

/* FNV-1a. */
uint32_t fuzz_hash(const void *data, size_t size)
{
	const unsigned char *bytes = data;
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < size; i++)
		hash = (uint32_t)((hash ^ bytes[i]) * (uint64_t)16777619);
	return hash;
}

bool fuzz_is_printable(const char *text, size_t limit)
{
	if (strlen(text) > limit)
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static void check_list(const struct selector_list *list, const struct selector_list *force,
		       bool may_exclude)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct selector *selector = &list->items[i];
		const char *text = selector->text;
		struct selector again;
		struct selector_error error;

		FUZZ_CHECK(selector->text && selector->text[0]);
		FUZZ_CHECK(fuzz_is_printable(selector->text, 4096));
		FUZZ_CHECK(may_exclude || !selector->exclude);
		FUZZ_CHECK(selector->origin.source);
		/* In force, a guard's name may precede it. */
		if (selector->reason != REFUSAL_NONE) {
			FUZZ_CHECK(list == force);
			text = strchr(text, ':');
			FUZZ_CHECK(text++);
		}
		FUZZ_CHECK(selector_parse(text, strlen(text), &again, &error) == 0);
		FUZZ_CHECK(again.kind == selector->kind);
		FUZZ_CHECK(!selector->purpose || fuzz_is_printable(selector->purpose, SIZE_MAX));
	}
}

static void check_problems(const struct settings *settings)
{
	struct problem **last = (struct problem **)&settings->problems;

	for (; *last; last = &(*last)->next) {
		FUZZ_CHECK((*last)->origin.source);
		FUZZ_CHECK((*last)->text[0]);
		FUZZ_CHECK(fuzz_is_printable((*last)->text, PROBLEM_MAX));
	}
	FUZZ_CHECK(settings->last_problem == last);
}

static void check_driver(const char *driver)
{
	if (!driver)
		return;
	FUZZ_CHECK(driver[0] && driver[0] != '.' && !strchr(driver, '/') && !strchr(driver, ' '));
	FUZZ_CHECK(fuzz_is_printable(driver, 255));
}

/* Reads a value back from its own text, between front and back. */
static void check_value(const struct settings *settings, enum setting_key key, bool on_cmdline)
{
	struct arena *arena = arena_create(1 << 20);
	const char *value = setting_value(settings, key, arena), *text;
	struct settings again;
	int error;

	FUZZ_CHECK(value);
	settings_init(&again, arena);
	text = arena_print(arena, on_cmdline ? "vfio_early.%s=%s" : "%s = %s\n", setting_name(key),
			   value);
	error = on_cmdline ? settings_read_cmdline(&again, text)
			   : settings_read_config(&again, "again", text);
	FUZZ_CHECK(!error && !again.problems);
	FUZZ_CHECK(streq(setting_value(&again, key, arena), value));
	arena_destroy(arena);
}

/* Returns a value that may hold characters with a meaning in either form; "" if none may. */
static const char *free_text(const struct settings *settings, enum setting_key key)
{
	const char *text = key == SETTING_DRIVER    ? settings->driver
			   : key == SETTING_CONFIRM ? settings->confirm
						    : NULL;

	return text ? text : "";
}

static void check_values(const struct settings *settings)
{
	/* Only the program writes the later keys. */
	for (enum setting_key key = 0; key < SETTING_CLAIMED; key++) {
		const char *text = free_text(settings, key);

		/* A profile is not a value that stands by itself. */
		if ((key == SETTING_CONFIRM && !settings->confirm) || key == SETTING_PROFILE)
			continue;
		if (!strchr(text, '#'))
			check_value(settings, key, false);
		if (!strchr(text, '"') && !strchr(text, '\xa0'))
			check_value(settings, key, true);
	}
}

void fuzz_check_settings(const struct settings *settings)
{
	check_list(&settings->devs, &settings->force, true);
	check_list(&settings->force, &settings->force, false);
	check_list(&settings->protect, &settings->force, false);
	check_problems(settings);
	check_driver(settings->driver);
	FUZZ_CHECK(settings->wait_seconds <= 3600);
	FUZZ_CHECK(settings->timeout_seconds >= 1 && settings->timeout_seconds <= 3600);
	check_values(settings);
}

/* Returns the byte at a place, which must exist; the end of a line counts. */
static const char *find_place(const char *text, const struct origin *origin, bool has_lines)
{
	FUZZ_CHECK(has_lines == (origin->line > 0));
	for (unsigned int line = 1; line < origin->line; line++) {
		text = strchr(text, '\n');
		FUZZ_CHECK(text);
		text++;
	}
	FUZZ_CHECK(origin->column >= 1);
	FUZZ_CHECK(origin->column - 1 <= (has_lines ? strcspn(text, "\n") : strlen(text)));
	return text + origin->column - 1;
}

static void check_list_places(const struct selector_list *list, const char *source,
			      const char *text, bool has_lines)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct selector *selector = &list->items[i];
		const char *place;

		if (!streq(selector->origin.source, source))
			continue;
		place = find_place(text, &selector->origin, has_lines);
		FUZZ_CHECK(strncmp(place, selector->text, strlen(selector->text)) == 0);
	}
}

void fuzz_check_places(const struct settings *settings, const char *source, const char *text,
		       bool has_lines)
{
	check_list_places(&settings->devs, source, text, has_lines);
	check_list_places(&settings->force, source, text, has_lines);
	check_list_places(&settings->protect, source, text, has_lines);
	for (const struct problem *problem = settings->problems; problem; problem = problem->next)
		if (streq(problem->origin.source, source))
			find_place(text, &problem->origin, has_lines);
	for (enum setting_key key = 0; key < SETTING_COUNT; key++)
		if (settings->origins[key].source && streq(settings->origins[key].source, source))
			find_place(text, &settings->origins[key], has_lines);
}
