// SPDX-License-Identifier: GPL-2.0-or-later
/* The host's needs, which add to what a user says. */
#include "settings/settings.h"

#include <errno.h>
#include <string.h>

#include "settings_text.h"

#define HOST "/etc/vfio-early.host.conf"

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

static const struct {
	const char *config, *cmdline, *host, *result;
} rows[] = {
	{ NULL, NULL, "", "" },
	{ NULL, NULL, "protect = 01:00.0\n", "protect=01:00.0; " },
	{ NULL, NULL, "protect = 01:00.0\nprotect = 02:00.0,03:00.0\n",
	  "protect=01:00.0,02:00.0,03:00.0; " },
	{ "protect = 04:00.0\n", NULL, "protect = 01:00.0\n", "protect=04:00.0,01:00.0; " },
	{ NULL, "vfio_early.protect=05:00.0", "protect = 01:00.0\n", "protect=05:00.0,01:00.0; " },
	{ "protect = 04:00.0\n", "vfio_early.protect=05:00.0",
	  "protect = 01:00.0\nprotect = 02:00.0", "protect=05:00.0,01:00.0,02:00.0; " },
	/* An empty list drops the file's entries, not the host's. */
	{ "protect = 04:00.0\n", "vfio_early.protect=", "protect = 01:00.0\n",
	  "protect=01:00.0; " },
	{ NULL, "vfio-pci.ids=10de:1f91", "claimed = 01:00.0\nclaimed = 02:00.0\n",
	  "claimed=10de:1f91,01:00.0,02:00.0; " },
	{ NULL, NULL, "network = 01:00.0\n", "network=01:00.0; " },
	{ NULL, NULL, "confirms = on\n", "confirms; " },
	{ "wait = 3\n", NULL, "# protect = 01:00.0\n\n", "wait=3; " },
	{ NULL, NULL, "devs = 01:00.0\nprotect = 02:00.0\nwait = 9\nnonsense\ngpu = 1\n",
	  "protect=02:00.0; [" HOST ":1:1 'devs': only protect and network are allowed here][" HOST
	  ":3:1 'wait': only protect and network are allowed here][" HOST
	  ":4:1 'nonsense': not KEY = VALUE][" HOST ":5:1 'gpu': unknown key" KNOWN "]" },
};

static void test_adds(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct settings settings;
		struct text text;

		settings_read(&settings, *state, rows[i].config, rows[i].cmdline);
		assert_int_equal(settings_read_host(&settings, HOST, rows[i].host), 0);
		settings_render(&settings, &text);
		check_text(rows[i].host, text.bytes, rows[i].result);
	}
}

static void test_purpose(void **state)
{
	struct settings settings;
	const struct selector *items;

	settings_read(&settings, *state, "protect = 04:00.0 # mine\n", NULL);
	assert_int_equal(settings_read_host(&settings, HOST,
					    "# heading\n"
					    "protect = 01:00.0,02:00.0  # /, /boot (nvme0n1) \n"
					    "protect = 03:00.0#a\001b\r\n"
					    "protect = 05:00.0\n"),
			 0);
	items = settings.protect.items;
	assert_int_equal(settings.protect.count, 5);
	/* A user's entry has no purpose. */
	assert_null(items[0].purpose);
	assert_string_equal(items[1].purpose, "/, /boot (nvme0n1)");
	assert_string_equal(items[2].purpose, "/, /boot (nvme0n1)");
	assert_string_equal(items[3].purpose, "a?b");
	assert_string_equal(items[4].purpose, "");
	assert_string_equal(items[2].origin.source, HOST);
	assert_int_equal(items[2].origin.line, 2);
	assert_int_equal(items[2].origin.column, 19);
}

/* A setting's origin is the user's, if there is one. */
static void test_origin(void **state)
{
	struct settings settings;

	settings_read(&settings, *state, NULL, "vfio_early.protect=05:00.0");
	assert_int_equal(settings_read_host(&settings, HOST, "\nprotect = 01:00.0\n"), 0);
	assert_string_equal(settings.origins[SETTING_PROTECT].source, SETTINGS_SOURCE_CMDLINE);
	settings_read(&settings, *state, NULL, NULL);
	assert_int_equal(settings_read_host(&settings, HOST, "\nprotect = 01:00.0\n"), 0);
	assert_string_equal(settings.origins[SETTING_PROTECT].source, HOST);
	assert_int_equal(settings.origins[SETTING_PROTECT].line, 2);
	settings_read(&settings, *state, NULL, NULL);
	assert_int_equal(settings_read_host(&settings, HOST, "# nothing\n"), 0);
	assert_null(settings.origins[SETTING_PROTECT].source);
}

/* Needs found just now are in no file. */
static void test_live(void **state)
{
	struct settings settings;

	settings_read(&settings, *state, NULL, NULL);
	assert_int_equal(settings_read_host(&settings, SETTINGS_SOURCE_HOST,
					    "# a\nprotect = 01:00.0  # / (sda)\n"),
			 0);
	assert_string_equal(settings.protect.items[0].origin.source, SETTINGS_SOURCE_HOST);
	assert_int_equal(settings.protect.items[0].origin.line, 0);
	assert_int_equal(settings.protect.items[0].origin.column, 0);
	assert_string_equal(settings.origins[SETTING_PROTECT].source, SETTINGS_SOURCE_HOST);
	assert_int_equal(settings.origins[SETTING_PROTECT].line, 0);
}

/* The host's needs are known from a list made by looking, or one that names a need. */
static void test_known(void **state)
{
	static const struct {
		const char *host;
		bool known;
	} lists[] = {
		{ "", false },
		{ "\n \n", false },
		{ "# a comment\n", false },
		{ "protect =\n", false },
		{ "claimed = 01:00.0\n", false },
		{ "protect = nonsense\n", false },
		{ "protect = 01:00.0\n", true },
		{ "network = 01:00.0\n", true },
		{ SETTINGS_HOST_HEADING " of its PCI devices\n", true },
		{ "\n" SETTINGS_HOST_HEADING "\n", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct settings settings;

		/* A user's protect tells nothing about the host's needs. */
		settings_read(&settings, *state, "protect = 04:00.0\n", NULL);
		assert_int_equal(settings_read_host(&settings, HOST, lists[i].host), 0);
		if (settings.host_known != lists[i].known)
			fail_msg("'%s': known is %d", lists[i].host, settings.host_known);
	}
}

static void test_no_memory(void **state)
{
	struct settings settings;
	bool failed;
	size_t at = 0;

	do {
		int result;

		arena_fail_at(*state, ++at);
		settings_init(&settings, *state);
		result = settings_read_host(&settings, HOST,
					    "protect = 01:00.0  # /\nwait = 1\nprotect = 02:00.0");
		failed = arena_fail_at(*state, 0);
		assert_int_equal(result, failed ? -ENOMEM : 0);
		arena_rewind(*state, 0);
	} while (failed);
	assert_true(at > 5);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_adds), TEST(test_purpose), TEST(test_origin),
		TEST(test_live), TEST(test_known),   TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("settings_host", tests, NULL, NULL);
}
