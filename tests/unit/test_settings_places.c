// SPDX-License-Identifier: GPL-2.0-or-later
/* Where settings come from, and what they look like when they are long, many or nonsense. */
#include "settings/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "settings_text.h"

#define CMDLINE SETTINGS_SOURCE_CMDLINE

static int create(void **state)
{
	*state = arena_create(0);
	return 0;
}

static int destroy(void **state)
{
	arena_destroy(*state);
	return 0;
}

static void test_origins(void **state)
{
	struct settings settings;
	const struct selector *item;

	settings_read(&settings, *state, "\n  devs =  01:00.0, 02:00\nwait = 3\ndebug = on\n",
		      "a=b vfio_early.force=00:17.0,10de:* vfio_early.debug");
	assert_int_equal(settings.devs.count, 2);
	item = &settings.devs.items[1];
	assert_string_equal(item->origin.source, CONFIG);
	assert_int_equal(item->origin.line, 2);
	assert_int_equal(item->origin.column, 20);
	item = &settings.force.items[1];
	assert_string_equal(item->origin.source, CMDLINE);
	assert_int_equal(item->origin.line, 0);
	assert_int_equal(item->origin.column, 30);
	assert_string_equal(settings.origins[SETTING_DEVS].source, CONFIG);
	assert_int_equal(settings.origins[SETTING_DEVS].line, 2);
	assert_int_equal(settings.origins[SETTING_DEVS].column, 11);
	assert_string_equal(settings.origins[SETTING_DEBUG].source, CMDLINE);
	assert_int_equal(settings.origins[SETTING_DEBUG].line, 0);
	assert_int_equal(settings.origins[SETTING_DEBUG].column, 37);
	assert_null(settings.origins[SETTING_TIMEOUT].source);
}

/* Where a value is said to come from, that is where it comes from. */
static void test_bad_value_leaves_origin(void **state)
{
	struct settings settings;

	settings_read(&settings, *state, "wait = 9\n", "vfio_early.wait=x vfio_early.timeout=0");
	assert_int_equal(settings.wait_seconds, 9);
	assert_string_equal(settings.origins[SETTING_WAIT].source, CONFIG);
	assert_null(settings.origins[SETTING_TIMEOUT].source);
}

static void test_arguments_replace(void **state)
{
	struct settings settings;
	struct text text;

	settings_read(&settings, *state, "devs = 01:00.0\n", "vfio_early.devs=02:00.0");
	assert_int_equal(settings_add_argument(&settings, "03:00.0,13", false), 0);
	assert_int_equal(settings_add_argument(&settings, "!04:00.0", true), 0);
	settings_render(&settings, &text);
	check_text(
		"arguments", text.bytes,
		"devs=03:00.0,!04:00.0; [argument:9 devs: '13': looks like an IOMMU group number, "
		"which changes from boot to boot; list a device of the group by its address]");
	assert_string_equal(settings.devs.items[1].origin.source, "argument");
}

/* What is left out is checked like the rest, and leaves what was read before as it was. */
static void test_left_out(void **state)
{
	struct settings settings;
	struct text text;

	settings_init(&settings, *state);
	settings.leave_out = SETTINGS_BIT(SETTING_WAIT);
	assert_int_equal(settings_read_config(&settings, CONFIG, "devs = 01:00.0\nwait = 9\n"), 0);
	assert_int_equal(settings.left_out, SETTINGS_BIT(SETTING_WAIT));
	settings.leave_out = SETTINGS_BIT_OFF | SETTINGS_BIT(SETTING_DEVS);
	assert_int_equal(settings_read_cmdline(&settings,
					       "vfio_early.devs=02:00.0,13 vfio_early=off "
					       "vfio_early.devs=03:00.0 vfio_early.timeout=5"),
			 0);
	assert_int_equal(settings.left_out, SETTINGS_BIT(SETTING_WAIT) | SETTINGS_BIT_OFF |
						    SETTINGS_BIT(SETTING_DEVS));
	settings_render(&settings, &text);
	check_text("left out", text.bytes,
		   "devs=01:00.0; timeout=5; [command line:25 devs: '13': looks like an IOMMU "
		   "group number, which changes from boot to boot; list a device of the group by "
		   "its address]");
	assert_string_equal(settings.origins[SETTING_DEVS].source, CONFIG);
	assert_int_equal(settings_read_cmdline(&settings, "vfio_early=on"), 0);
	assert_false(settings.left_out & SETTINGS_BIT_OFF);
	assert_false(settings.off);
}

static void test_many_selectors(void **state)
{
	struct text text = { .used = 0 };
	struct settings settings;

	text_add(&text, "vfio_early.devs=");
	for (unsigned int i = 0; i < 256; i++)
		text_add(&text, "%s%02x:00.0", i ? "," : "", i);
	settings_read(&settings, *state, NULL, text.bytes);
	assert_int_equal(settings.devs.count, 256);
	assert_null(settings.problems);
	for (unsigned int i = 0; i < 256; i++) {
		assert_int_equal(settings.devs.items[i].address.bus, i);
		assert_int_equal(settings.devs.items[i].origin.column, 17 + 8 * i);
	}
}

static void repeat(char *text, char c, size_t count)
{
	memset(text, c, count);
	text[count] = '\0';
}

static void test_long_names(void **state)
{
	struct settings settings;
	char name[300], line[400];

	for (size_t length = 254; length <= 257; length++) {
		repeat(name, 'd', length);
		snprintf(line, sizeof(line), "driver = %s\n", name);
		settings_read(&settings, *state, line, NULL);
		if (length <= 255)
			assert_string_equal(settings.driver, name);
		else
			assert_string_equal(settings.driver, "vfio-pci");
		assert_int_equal(!settings.problems, length <= 255);
	}
}

/* What is wrong is said however long the piece is, and no line grows without end. */
static void test_long_garbage(void **state)
{
	static char line[8192], name[8000];
	struct settings settings;

	repeat(name, 'x', sizeof(name) - 1);
	snprintf(line, sizeof(line), "devs = %s\n", name);
	settings_read(&settings, *state, line, NULL);
	assert_non_null(settings.problems);
	assert_true(strlen(settings.problems->text) < 900);
	assert_non_null(strstr(settings.problems->text, "not a selector"));
	assert_non_null(strstr(settings.problems->text, "xxxxxxxx"));
}

/* Whatever a file holds, it is read to its end, and each line by itself. */
static void test_garbage(void **state)
{
	uint32_t random = 1;
	char line[64];

	for (int i = 0; i < 3000; i++) {
		struct settings settings;

		for (size_t j = 0; j < sizeof(line) - 1; j++) {
			random = random * 1664525 + 1013904223;
			line[j] = "devs=01:.,!@*/#\"\r\n \tclass:bootvga\xff"[(random >> 16) % 35];
		}
		line[sizeof(line) - 1] = '\0';
		settings_read(&settings, *state, line, line);
		for (const struct problem *problem = settings.problems; problem;
		     problem = problem->next)
			assert_true(problem->origin.column >= 1 &&
				    problem->origin.column <= sizeof(line));
		arena_rewind(*state, 0);
	}
}

static const struct {
	const char *cmdline;
	enum setting_key key;
	const char *value;
} values[] = {
	{ "", SETTING_DEVS, "" },
	{ "vfio_early.devs=01:00.0,,!02:00", SETTING_DEVS, "01:00.0,!02:00" },
	{ "", SETTING_DRIVER, "vfio-pci" },
	{ "vfio_early.driver=auto", SETTING_DRIVER, "auto" },
	{ "vfio_early.wait=007", SETTING_WAIT, "7" },
	{ "", SETTING_TIMEOUT, "10" },
	{ "", SETTING_DEBUG, "off" },
	{ "vfio_early.dry_run=yes", SETTING_DRY_RUN, "on" },
	{ "vfio_early.protect=03:00.0@144d:a808", SETTING_PROTECT, "03:00.0@144d:a808" },
};

static void test_values(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct settings settings;

		settings_read(&settings, *state, NULL, values[i].cmdline);
		check_text(values[i].cmdline, setting_value(&settings, values[i].key, *state),
			   values[i].value);
	}
	for (enum setting_key key = 0; key < SETTING_COUNT; key++)
		assert_true(strlen(setting_name(key)) > 0);
}

/* Running out of memory is reported, and nothing missing is read. */
static void test_no_memory(void **state)
{
	static const char config[] = "devs = 01:00.0, x\nforce = 00:17.0\ndriver = a\ngpu = 1\n";
	static const char cmdline[] = "vfio_early.devs=02:00.0,13 vfio_early.driver=b iommu=off "
				      "vfio_early=maybe";
	struct settings settings;
	bool failed;
	size_t at = 0;

	do {
		int result;

		arena_fail_at(*state, ++at);
		settings_init(&settings, *state);
		result = settings_read_config(&settings, CONFIG, config);
		if (!result)
			result = settings_read_cmdline(&settings, cmdline);
		failed = arena_fail_at(*state, 0);
		assert_int_equal(result, failed ? -ENOMEM : 0);
		arena_rewind(*state, 0);
	} while (failed);
	assert_true(at > 15);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_origins),	      TEST(test_bad_value_leaves_origin),
		TEST(test_arguments_replace), TEST(test_many_selectors),
		TEST(test_long_names),	      TEST(test_long_garbage),
		TEST(test_garbage),	      TEST(test_values),
		TEST(test_no_memory),	      TEST(test_left_out),
	};

	return cmocka_run_group_tests_name("settings_places", tests, NULL, NULL);
}
