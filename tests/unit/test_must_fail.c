// SPDX-License-Identifier: GPL-2.0-or-later
/* Fails on purpose: once by an assertion, once where only a sanitizer notices. */
#include <limits.h>
#include <stdlib.h>

#include "unit.h"

static void test_assertion(void **state)
{
	(void)state;
	check_text("a row", "what came out", "what was wanted");
}

static void test_overrun(void **state)
{
	volatile char *block = calloc(1, 4);
	volatile size_t behind = 4;

	(void)state;
	block[behind] = 1;
	free((void *)block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assertion),
		cmocka_unit_test(test_overrun),
	};

	return cmocka_run_group_tests_name("must_fail", tests, NULL, NULL);
}
