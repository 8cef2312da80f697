// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel command line: its quoting, and everything that settings read from it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/cmdline.h"
#include "lib/util.h"

static void check_tokens(const char *text)
{
	char *copy = strdup(text);
	size_t position = 0, length = strlen(text), before;
	struct cmdline_token token;

	for (before = 0; cmdline_next(copy, &position, &token); before = position) {
		FUZZ_CHECK(position > before && position <= length);
		FUZZ_CHECK(token.column > before && token.column <= length + 1);
		FUZZ_CHECK(token.key == copy + token.column - 1);
		FUZZ_CHECK(strlen(token.key) <= length - (token.column - 1));
		FUZZ_CHECK(token.value_column >= token.column && token.value_column <= length + 1);
		FUZZ_CHECK(!token.value || token.value == copy + token.value_column - 1);
		FUZZ_CHECK(token.value || token.value_column == token.column);
		FUZZ_CHECK(memcmp(text + token.column - 1, token.key, strlen(token.key)) == 0);
	}
	FUZZ_CHECK(position == length);
	FUZZ_CHECK(!cmdline_next(copy, &position, &token));
	free(copy);
}

/*
 * A line that is not ours changes nothing but the note of an IOMMU turned off. One that
 * is nearly ours stops the taking.
 */
static void check_untouched(const struct settings *settings)
{
	FUZZ_CHECK(!settings->off);
	FUZZ_CHECK(!settings->problems || settings_find_stop(settings));
	for (enum setting_key key = 0; key < SETTING_CLAIMED; key++)
		FUZZ_CHECK(!settings->origins[key].source);
}

/* The rescue switch works after any text, however long and odd. */
static void check_rescue(const char *text)
{
	struct arena *arena = arena_create(1 << 20);
	struct settings settings;
	size_t quotes = 0;

	for (const char *c = text; *c; c++)
		quotes += *c == '"';
	settings_init(&settings, arena);
	FUZZ_CHECK(settings_read_cmdline(&settings, arena_print(arena, "%s%s vfio_early=off", text,
								quotes % 2 ? "\"" : "")) == 0);
	FUZZ_CHECK(settings.off);
	arena_destroy(arena);
}

static void check_memory(const char *text)
{
	struct arena *arena = arena_create(1 << 20);
	struct settings settings;
	int error;

	settings_init(&settings, arena);
	arena_fail_at(arena, 1 + fuzz_hash(text, strlen(text)) % 64);
	error = settings_read_cmdline(&settings, text);
	FUZZ_CHECK(error == (arena_fail_at(arena, 0) ? -ENOMEM : 0));
	arena_destroy(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct arena *arena = arena_create(1 << 20);
	struct settings settings;

	check_tokens(text);
	settings_init(&settings, arena);
	FUZZ_CHECK(settings_read_cmdline(&settings, text) == 0);
	fuzz_check_settings(&settings);
	fuzz_check_places(&settings, SETTINGS_SOURCE_CMDLINE, text, false);
	if (!strstr(text, "vfio"))
		check_untouched(&settings);
	check_rescue(text);
	check_memory(text);
	arena_destroy(arena);
	free(text);
	return 0;
}
