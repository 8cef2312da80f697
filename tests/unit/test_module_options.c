// SPDX-License-Identifier: GPL-2.0-or-later
/* Options of a module: without one parameter, or only its values. */
#include "machine/module_options.h"

#include <stdlib.h>

#include "unit.h"

static const struct {
	const char *options, *without, *values;
	size_t dropped;
} cases[] = {
	{ "", "", "", 0 },
	{ "disable_vga=1 nointxmask", "disable_vga=1 nointxmask", "", 0 },
	{ "ids=10de:1f91", "", "10de:1f91,", 1 },
	{ "ids=1:2 disable_vga=1", "disable_vga=1", "1:2,", 1 },
	{ "disable_vga=1 ids=1:2", "disable_vga=1 ", "1:2,", 1 },
	{ "a=1 ids=1:2,3:4 b=2 ids=5:6", "a=1 b=2 ", "1:2,3:4,5:6,", 2 },
	/* Quotes keep blanks together, around a value or a word. */
	{ "ids=\"1:2, 3:4\" a=1", "a=1", "1:2, 3:4,", 1 },
	{ "\"ids=1:2\" a=1", "a=1", "1:2,", 1 },
	{ "a=\"x ids=1:2\" b=1", "a=\"x ids=1:2\" b=1", "", 0 },
	{ "i\"d\"s=1:2", "i\"d\"s=1:2", "", 0 },
	/* A quote without an end includes everything after it. */
	{ "ids=\"1:2 a=1", "", "1:2 a=1,", 1 },
	{ "a=\"1 ids=1:2", "a=\"1 ids=1:2", "", 0 },
	/* Similar names, and one without a value. */
	{ "ids2=1:2 xids=3:4", "ids2=1:2 xids=3:4", "", 0 },
	{ "ids a=1", "a=1", "", 1 },
	{ "ids= a=1", "a=1", ",", 1 },
	{ "\t ids=1:2\t\ta=1 \n", "\ta=1 ", "1:2,", 1 },
};

static void options_without_a_parameter(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t dropped = 99;
		char *text = module_options_without(cases[i].options, "ids", &dropped);

		assert_string_equal(text, cases[i].without);
		assert_int_equal(dropped, cases[i].dropped);
		free(text);
	}
}

static void values_of_a_parameter(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = module_options_values(cases[i].options, "ids");

		assert_string_equal(text, cases[i].values);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_without_a_parameter),
		cmocka_unit_test(values_of_a_parameter),
	};

	return cmocka_run_group_tests_name("module_options", tests, NULL, NULL);
}
