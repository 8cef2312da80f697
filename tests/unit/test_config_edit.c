// SPDX-License-Identifier: GPL-2.0-or-later
/* How set, add and remove edit a config file's text. */
#include "settings/config_edit.h"

#include <errno.h>
#include <stdlib.h>

#include "settings/settings.h"
#include "unit.h"

static const struct {
	const char *name;
	enum config_change change;
	const char *words[4];
	const char *found; /* a letter for each item: y or n */
	const char *before;
	const char *after;
} changes[] = {
	{ "set in an empty file", CONFIG_SET, { "01:00.0" }, "n", "", "devs = 01:00.0\n" },
	{ "set behind the example",
	  CONFIG_SET,
	  { "01:00.0,class:03" },
	  "nn",
	  "# Devices\n#devs = 02:00.0\n\n#force =\n",
	  "# Devices\n#devs = 02:00.0\ndevs = 01:00.0, class:03\n\n#force =\n" },
	{ "set behind the first example only",
	  CONFIG_SET,
	  { "01:00.0" },
	  "n",
	  "#devs = a\n#devs = b\n",
	  "#devs = a\ndevs = 01:00.0\n#devs = b\n" },
	{ "set where lines are",
	  CONFIG_SET,
	  { "01:00.0", "!boot_vga" },
	  "nn",
	  "debug = on\n\tdevs=02:00.0 # mine\ndevs = 03:00.0\nwait = 1\ndevs =#more\n",
	  "debug = on\n\tdevs= 01:00.0, !boot_vga  # mine\nwait = 1\n#more\n" },
	{ "set to what is there",
	  CONFIG_SET,
	  { "0000:01:00.0" },
	  "y",
	  "devs = 01:00.0\n",
	  "devs = 0000:01:00.0\n" },
	{ "no newline at the end",
	  CONFIG_SET,
	  { "01:00.0" },
	  "n",
	  "wait = 1",
	  "wait = 1\ndevs = 01:00.0\n" },
	{ "add to the last line",
	  CONFIG_ADD,
	  { "02:00.0", "01:00.0" },
	  "ny",
	  "devs = 01:00.0  # one\ndevs = 03:00.0  # two\nwait = 1\n",
	  "devs = 01:00.0  # one\ndevs = 03:00.0, 02:00.0  # two\nwait = 1\n" },
	{ "add where there is none",
	  CONFIG_ADD,
	  { "02:00.0" },
	  "n",
	  "wait = 1\n",
	  "wait = 1\ndevs = 02:00.0\n" },
	{ "add to an empty one", CONFIG_ADD, { "02:00.0" }, "n", "devs =\n", "devs = 02:00.0\n" },
	{ "add what is there",
	  CONFIG_ADD,
	  { "10DE:1F91", "class:0300", "01:00" },
	  "yyy",
	  "devs = 10de:1f91, class:0300,01:00.*\n",
	  "devs = 10de:1f91, class:0300,01:00.*\n" },
	{ "add what only looks alike",
	  CONFIG_ADD,
	  { "01:00.0@10de:1f91", "!01:00.0", "01:00" },
	  "nnn",
	  "devs = 01:00.0\n",
	  "devs = 01:00.0, 01:00.0@10de:1f91, !01:00.0, 01:00\n" },
	{ "remove a word",
	  CONFIG_REMOVE,
	  { "01:00.0" },
	  "y",
	  "devs = class:03 0000:01:00.0,!boot_vga  # x\ndevs = 05:00.0,06:00.0\n",
	  "devs = class:03, !boot_vga  # x\ndevs = 05:00.0,06:00.0\n" },
	{ "remove all there is",
	  CONFIG_REMOVE,
	  { "01:00.0,00:01.0/00.0" },
	  "yy",
	  "devs = 01:00.0 # x\nwait = 1\ndevs = 0:1.0/0.0, 00:01.0/00.0\ndevs = 01:00.0\n",
	  NULL },
	{ "remove what is not there",
	  CONFIG_REMOVE,
	  { "01:00.1", "nonsense" },
	  "ny",
	  "devs = 01:00.0, nonsense\n#devs = 01:00.1\n",
	  "devs = 01:00.0\n#devs = 01:00.1\n" },
	{ "remove where there is none",
	  CONFIG_REMOVE,
	  { "01:00.0" },
	  "n",
	  "# devs = 01:00.0\n",
	  "# devs = 01:00.0\n" },
	{ "before the profiles",
	  CONFIG_SET,
	  { "01:00.0" },
	  "n",
	  "wait = 1\n\n# For games.\n[profile gaming]\ndevs = 03:00.0\n#devs = x",
	  "wait = 1\ndevs = 01:00.0\n\n# For games.\n[profile gaming]\ndevs = 03:00.0\n#devs = x" },
	{ "with a profile alone",
	  CONFIG_ADD,
	  { "03:00.0" },
	  "n",
	  "[profile gaming]\ndevs = 03:00.0",
	  "devs = 03:00.0\n[profile gaming]\ndevs = 03:00.0" },
	{ "remove what a profile has too",
	  CONFIG_REMOVE,
	  { "01:00.0" },
	  "y",
	  "devs = 01:00.0, 02:00.0\n[profile x]\r\n devs=01:00.0\t\n\n\n",
	  "devs = 02:00.0\n[profile x]\r\n devs=01:00.0\t\n\n\n" },
	{ "remove what only a profile has",
	  CONFIG_REMOVE,
	  { "01:00.0" },
	  "n",
	  "devs = 02:00.0\n  [other]\ndevs = 01:00.0\n",
	  "devs = 02:00.0\n  [other]\ndevs = 01:00.0\n" },
	{ "other keys",
	  CONFIG_SET,
	  { "01:00.0" },
	  "n",
	  "devsx = 1\nforce = devs\nx devs = 1\n",
	  "devsx = 1\nforce = devs\nx devs = 1\ndevs = 01:00.0\n" },
};

static char *edit(struct arena *arena, size_t row, struct config_item **items, size_t *count)
{
	char *words[5] = { NULL }, *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int words_count = 0;

	while (words_count < 4 && changes[row].words[words_count]) {
		words[words_count] = (char *)changes[row].words[words_count];
		words_count++;
	}
	assert_int_equal(config_items(arena, words_count, words, items, count), 0);
	assert_int_equal(
		config_edit(arena, changes[row].before, changes[row].change, *items, *count, out),
		0);
	fclose(out);
	return text;
}

static void test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct arena *arena = arena_create(0);
		struct config_item *items;
		size_t count;
		char *text = edit(arena, i, &items, &count);

		if (changes[i].after)
			check_text(changes[i].name, text, changes[i].after);
		else
			check_text(changes[i].name, text, "# x\nwait = 1\ndevs = 0:1.0/0.0\n");
		check_number(changes[i].name, (long long)count,
			     (long long)strlen(changes[i].found));
		for (size_t j = 0; j < count; j++)
			check_number(changes[i].name, items[j].found, changes[i].found[j] == 'y');
		free(text);
		arena_destroy(arena);
	}
}

/* The program's own parser reads the selectors that were set. */
static void test_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct arena *arena = arena_create(0);
		struct config_item *items;
		struct settings settings;
		size_t count;
		char *text = edit(arena, i, &items, &count);

		settings_init(&settings, arena);
		assert_int_equal(settings_read_config(&settings, "config", text), 0);
		if (changes[i].change == CONFIG_SET) {
			check_number(changes[i].name, (long long)settings.devs.count,
				     (long long)count);
			for (size_t j = 0; j < count; j++)
				check_text(changes[i].name, settings.devs.items[j].text,
					   items[j].text);
		}
		free(text);
		arena_destroy(arena);
	}
}

/* Running out of memory at any point is reported and does no harm. */
static void test_out_of_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct arena *arena = arena_create(0);
		struct config_item *items;
		size_t count;
		char *text = edit(arena, i, &items, &count);

		free(text);
		for (size_t fail = 1; fail < 100; fail++) {
			size_t length;
			FILE *out = open_memstream(&text, &length);
			int error;

			arena_fail_at(arena, fail);
			error = config_edit(arena, changes[i].before, changes[i].change, items,
					    count, out);
			fclose(out);
			free(text);
			if (!arena_fail_at(arena, 0)) {
				check_number(changes[i].name, error, 0);
				break;
			}
			check_number(changes[i].name, error, -ENOMEM);
		}
		arena_destroy(arena);
	}
}

static const struct {
	const char *old, *new, *difference;
} differences[] = {
	{ "a\nb\nc\n", "a\nb\nc\n", "" },
	{ "a\nb\nc\n", "a\nx\nc\n", "-b\n+x\n" },
	{ "a\nb\n", "a\nx\nb\n", "+x\n" },
	{ "a\na\na\n", "a\na\n", "-a\n" },
	{ "", "a\n", "+a\n" },
	{ "a\n", "", "-a\n" },
	{ "a", "a\nb\n", "-a\n+a\n+b\n" },
	{ "xa\nb\n", "ya\nb\n", "-xa\n+ya\n" },
	{ "b\n", "ab\nb\n", "+ab\n" },
};

static void test_differences(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(differences); i++) {
		char *text = NULL;
		size_t length;
		FILE *out = open_memstream(&text, &length);
		const char *heading = "--- file\n+++ file, as it would be\n";

		config_show_difference("file", differences[i].old, differences[i].new, out);
		fclose(out);
		if (*differences[i].difference) {
			assert_memory_equal(text, heading, strlen(heading));
			check_text(differences[i].new, text + strlen(heading),
				   differences[i].difference);
		} else {
			check_text(differences[i].new, text, "");
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_differences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
