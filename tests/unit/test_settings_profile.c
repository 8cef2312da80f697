// SPDX-License-Identifier: GPL-2.0-or-later
/* Profiles of the config, and the parameter that chooses one. */
#include "settings/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "settings/profile.h"
#include "settings_text.h"

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

#define GAMING "vfio_early.profile=gaming"

static const struct {
	const char *name, *config, *cmdline, *result;
} rows[] = {
	{ "none is chosen", "devs = 01:00.0\n[profile gaming]\ndevs = 02:00.0\nwait = 5\n", "",
	  "devs=01:00.0; " },
	{ "its keys replace",
	  "devs = 01:00.0\ndevs = 03:00.0\nwait = 3\n"
	  "[profile gaming]\ndevs = 02:00.0\ndevs = 04:00.0\n",
	  GAMING, "devs=02:00.0,04:00.0; wait=3; profile=gaming; " },
	{ "an empty list replaces", "devs = 01:00.0\n[profile gaming]\ndevs =\n", GAMING,
	  "profile=gaming; " },
	{ "of several one",
	  "[profile work]\ndevs = 01:00.0\n[profile gaming]\ndevs = 02:00.0\n[profile off]\nwait = "
	  "1\n",
	  GAMING, "devs=02:00.0; profile=gaming; " },
	{ "sections of one name add up",
	  "force = 09:00.0\n[profile gaming]\ndevs = 01:00.0\n[profile x]\nwait = 1\n"
	  " [profile gaming] # more\ndevs = 02:00.0\nforce = 03:00.0\r\n",
	  GAMING, "devs=01:00.0,02:00.0; force=03:00.0; profile=gaming; " },
	{ "protect stays", "protect = 01:00.0\n[profile gaming]\nprotect = 02:00.0\n", GAMING,
	  "protect=01:00.0,02:00.0; profile=gaming; " },
	{ "an empty protect takes nothing away", "protect = 01:00.0\n[profile gaming]\nprotect =\n",
	  GAMING, "protect=01:00.0; profile=gaming; " },
	{ "what takes nothing stays", "boot = nothing\n[profile gaming]\nboot = take\n", GAMING,
	  "boot=nothing; profile=gaming; " },
	{ "a profile may take nothing", "boot = take\n[profile gaming]\nboot = nothing\n", GAMING,
	  "boot=nothing; profile=gaming; " },
	{ "the command line replaces",
	  "devs = 01:00.0\n[profile gaming]\ndevs = 02:00.0\nprotect = 06:00.0\nwait = 4\n"
	  "driver = auto\n",
	  "vfio_early.devs=03:00.0 " GAMING
	  " vfio_early.protect=05:00.0 vfio_early.wait=7 vfio_early.devs=04:00.0",
	  "devs=03:00.0,04:00.0; protect=05:00.0; driver=auto; wait=7; profile=gaming; " },
	{ "a bad value of the command line leaves the profile's", "[profile gaming]\nwait = 4\n",
	  "vfio_early.wait=x " GAMING,
	  "wait=4; profile=gaming; [command line:17 wait: 'x': not a number of seconds from 0 to "
	  "3600]" },
	{ "the last counts", "[profile gaming]\ndevs = 01:00.0\n[profile work]\ndevs = 02:00.0\n",
	  GAMING " vfio-early.profile=work", "devs=02:00.0; profile=work; " },
	{ "unknown", "[profile gaming]\ndevs = 01:00.0\n[profile work]\n",
	  "vfio_early.profile=Gaming",
	  "profile=Gaming; [command line:20 'Gaming': unknown profile; known: gaming "
	  "work]" },
	{ "unknown without profiles", "devs = 01:00.0\n", GAMING,
	  "devs=01:00.0; profile=gaming; [command line:20 'gaming': unknown profile; "
	  "known: none]" },
	{ "without a config", NULL, GAMING,
	  "profile=gaming; [command line:20 'gaming': unknown profile; known: none]" },
	{ "no name", "[profile gaming]\n",
	  "vfio_early.profile=", "profile=; [command line:20 '': unknown profile; known: gaming]" },
	{ "no value", "devs = 01:00.0\n[profile gaming]\n", "vfio_early.profile",
	  "devs=01:00.0; [command line:1 profile: has no value]" },
	{ "nearly the parameter", "[profile gaming]\n", "vfio_early.profil=gaming",
	  "[command line:1 'vfio_early.profil': unknown parameter; did you mean "
	  "'vfio_early.profile'?]" },
	{ "not in the file", "profile = gaming\n[profile gaming]\n", "",
	  "[" CONFIG ":1:1 'profile': unknown key; known: on the kernel command line alone]" },
	{ "another's errors",
	  "devs = 01:00.0\n[profile work]\nnonsense\ngpu = 1\n[profile gaming]\n", GAMING,
	  "devs=01:00.0; profile=gaming; " },
	{ "its errors", "devs = 01:00.0\n[profile gaming]\nnonsense\nprotect = x\n", GAMING,
	  "devs=01:00.0; profile=gaming; [" CONFIG ":3:1 'nonsense': not KEY = VALUE][" CONFIG
	  ":4:11 protect: 'x': not a selector; write an address (01:00.0), a slot (01:00), a path "
	  "(00:01.0/00.0), an id (10de:1f91), a class (class:0300) or boot_vga]" },
	{ "other sections",
	  "[gaming]\n[profile gaming]\n [Profile x]\n[profile]\n[profile a b]\n"
	  "[profile a\n[profile a] b\n[profile=a]\n[profilea]\n",
	  "",
	  "[" CONFIG ":1:1 '[gaming]': not KEY = VALUE][" CONFIG
	  ":3:2 '[Profile x]': not KEY = VALUE][" CONFIG
	  ":4:1 '[profile]': not KEY = VALUE][" CONFIG
	  ":5:1 '[profile a b]': not KEY = VALUE][" CONFIG
	  ":6:1 '[profile a': not KEY = VALUE][" CONFIG
	  ":7:1 '[profile a] b': not KEY = VALUE][" CONFIG ":8:1 '[profile': unknown key" KNOWN
	  "][" CONFIG ":9:1 '[profilea]': not KEY = VALUE]" },
	{ "they are said once", "[profile gaming]\n[x]\ndevs = 01:00.0\n", GAMING,
	  "devs=01:00.0; profile=gaming; [" CONFIG ":2:1 '[x]': not KEY = VALUE]" },
	{ "a list of the host's needs has none", NULL, NULL, "" },
};

static void test_rows(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct settings settings;
		struct text text;

		settings_read(&settings, *state, rows[i].config, rows[i].cmdline);
		settings_render(&settings, &text);
		check_text(rows[i].name, text.bytes, rows[i].result);
	}
}

/* Whether something stops the taking. */
static const struct {
	const char *name, *config, *cmdline;
	bool stops;
} stops[] = {
	{ "an unknown one", "devs = 01:00.0\n", GAMING, true },
	{ "an unknown one that the last replaces", "[profile gaming]\n",
	  "vfio_early.profile=work " GAMING, false },
	{ "no value", "[profile gaming]\n", "vfio_early.profile", true },
	{ "a bad section", "[profile gaming]\n[profil work]\n", GAMING, true },
	{ "a bad section, none chosen", "[profile gaming]\n[profil work]\n", "", true },
	{ "what is wrong elsewhere", "[profile work]\nnonsense\n[profile gaming]\n", GAMING,
	  false },
	{ "what is wrong in it", "[profile work]\n[profile gaming]\nnonsense\n", GAMING, true },
	{ "a value that it replaces", "driver = a/b\n[profile gaming]\ndriver = auto\n", GAMING,
	  false },
	{ "a list that it replaces", "members = x\n[profile gaming]\nmembers =\n", GAMING, false },
	{ "protect is not replaced", "protect = x\n[profile gaming]\nprotect = 01:00.0\n", GAMING,
	  true },
	{ "the command line replaces its value", "[profile gaming]\ndriver = a/b\n",
	  GAMING " vfio_early.driver=auto", false },
	{ "it does not replace the command line's", "[profile gaming]\ndriver = auto\n",
	  GAMING " vfio_early.driver=a/b", true },
};

static void test_stops(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++) {
		struct settings settings;

		settings_read(&settings, *state, stops[i].config, stops[i].cmdline);
		check_number(stops[i].name, settings_find_stop(&settings) != NULL, stops[i].stops);
	}
}

static void test_origins(void **state)
{
	struct settings settings;

	settings_read(&settings, *state, "devs = 01:00.0\n[profile gaming]\n\n devs = 02:00.0\n",
		      "quiet " GAMING);
	assert_string_equal(settings.origins[SETTING_PROFILE].source, SETTINGS_SOURCE_CMDLINE);
	assert_int_equal(settings.origins[SETTING_PROFILE].column, 26);
	assert_string_equal(settings.origins[SETTING_DEVS].source, CONFIG);
	assert_int_equal(settings.origins[SETTING_DEVS].line, 4);
	assert_int_equal(settings.devs.items[0].origin.line, 4);
	assert_int_equal(settings.devs.items[0].origin.column, 9);
	assert_string_equal(setting_value(&settings, SETTING_PROFILE, *state), "gaming");
}

/* Another may choose, and the command line's choice is then left out. */
static void test_chosen_by_argument(void **state)
{
	static const struct origin origin = { .source = "argument" };
	struct settings settings;
	struct text text;

	settings_init(&settings, *state);
	settings.leave_out = SETTINGS_BIT(SETTING_PROFILE);
	assert_int_equal(settings_read_config(&settings, CONFIG,
					      "devs = 01:00.0\n[profile gaming]\ndevs = 02:00.0\n"
					      "[profile work]\ndevs = 03:00.0\nwait = 2\n"),
			 0);
	assert_int_equal(settings_read_cmdline(&settings, GAMING " vfio_early.wait=9"), 0);
	assert_true(settings.left_out & SETTINGS_BIT(SETTING_PROFILE));
	assert_null(settings.profile);
	assert_int_equal(settings_read_profile(&settings, "work", &origin), 0);
	settings_render(&settings, &text);
	check_text("argument", text.bytes, "devs=03:00.0; wait=9; profile=work; ");
}

static void test_names(void **state)
{
	static const struct {
		const char *line, *name;
	} names[] = {
		{ "[profile Az_09-]", "Az_09-" },
		{ "[profile a123456789b123456789c123456789d1]",
		  "a123456789b123456789c123456789d1" },
		{ "[profile a123456789b123456789c123456789d12]", NULL },
		{ "[profile a.b]", NULL },
		{ "[profile a]b", NULL },
		{ "[profile ]", NULL },
		{ "[profile a] \r", "a" },
		{ "profile a]", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char line[64];
		const char *name;

		snprintf(line, sizeof(line), "%s", names[i].line);
		name = profile_cut_name(line);
		check_text(names[i].line, name ? name : "none",
			   names[i].name ? names[i].name : "none");
		/* What is none is read as another line. */
		if (!name)
			check_text("line", line, names[i].line);
	}
	assert_true(profile_begins_section("\t [x"));
	assert_false(profile_begins_section("devs = [x"));
}

static const struct {
	const char *common, *rest;
} texts[] = {
	{ "", "" },
	{ "devs = 01:00.0\n# [profile x]", "" },
	{ "", "[profile x]\n" },
	{ "wait = 1\n", " [x]\n[profile y]\n" },
	{ "wait = 1\n", "\n \n# For games,\n\t# not for work.\n[profile gaming]\n" },
	{ "wait = 1\n", "# For games.\n[profile gaming]\n" },
	{ "# One.\n", "\n# Two.\n[profile gaming]\n" },
	{ "", "\n\n[profile gaming]\n" },
	{ "# One.\n\n# Two.\n", "\n[profile gaming]\n" },
};

static void test_common_length(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *text = arena_print(*state, "%s%s", texts[i].common, texts[i].rest);

		check_text(texts[i].rest, text + profile_common_length(text), texts[i].rest);
	}
}

static void test_list(void **state)
{
	const char **names;
	size_t count;

	assert_int_equal(profile_list(*state,
				      "x = [\n[profile b]\n[x]\n# [profile c]\n [profile a]#\n"
				      "[profile b]",
				      &names, &count),
			 0);
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "b");
	assert_string_equal(names[1], "a");
	assert_int_equal(profile_list(*state, "", &names, &count), 0);
	assert_int_equal(count, 0);
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (size_t fail = 1; fail < 200; fail++) {
		struct arena *arena = arena_create(0);
		struct settings settings;
		int error;

		settings_init(&settings, arena);
		arena_fail_at(arena, fail);
		error = settings_read_config(&settings, CONFIG, "[profile a]\nwait = 1\n");
		if (!error)
			error = settings_read_cmdline(&settings, GAMING);
		if (!arena_fail_at(arena, 0)) {
			assert_int_equal(error, 0);
			arena_destroy(arena);
			return;
		}
		assert_int_equal(error, -ENOMEM);
		arena_destroy(arena);
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, create, destroy),
		cmocka_unit_test_setup_teardown(test_stops, create, destroy),
		cmocka_unit_test_setup_teardown(test_origins, create, destroy),
		cmocka_unit_test_setup_teardown(test_chosen_by_argument, create, destroy),
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(test_common_length, create, destroy),
		cmocka_unit_test_setup_teardown(test_list, create, destroy),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
