// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares the replacements for parts of musl with this C library, in ASCII. */
#include "unit.h"

#include <ctype.h>
#include <string.h>
#include <wctype.h>

#define wctype	 musl_wctype
#define iswctype musl_iswctype
#define towlower musl_towlower
#define towupper musl_towupper
wctype_t musl_wctype(const char *name);
int musl_iswctype(wint_t c, wctype_t type);
wint_t musl_towlower(wint_t c);
wint_t musl_towupper(wint_t c);
#include "../../third-party/config/musl.c" /* NOLINT(bugprone-suspicious-include) */
#undef wctype
#undef iswctype
#undef towlower
#undef towupper

#define NOT_ASCII 0xe4 /* a letter, in Latin-1 */

static void test_classes(void **state)
{
	static const char *const names[] = {
		"alnum", "alpha", "blank", "cntrl", "digit", "graph",
		"lower", "print", "punct", "space", "upper", "xdigit"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_not_equal(musl_wctype(names[i]), 0);
		for (wint_t c = 0; c < ASCII_END; c++)
			assert_int_equal(!musl_iswctype(c, musl_wctype(names[i])),
					 !iswctype(c, wctype(names[i])));
		assert_false(musl_iswctype(NOT_ASCII, musl_wctype(names[i])));
	}
}

static void test_no_such_class(void **state)
{
	(void)state;
	assert_int_equal(musl_wctype("alphabet"), 0);
	assert_int_equal(musl_wctype(""), 0);
	assert_false(musl_iswctype('a', 0));
}

static void test_case(void **state)
{
	(void)state;
	for (wint_t c = 0; c < ASCII_END; c++) {
		assert_int_equal(musl_towlower(c), towlower(c));
		assert_int_equal(musl_towupper(c), towupper(c));
	}
	assert_int_equal(musl_towlower(NOT_ASCII), NOT_ASCII);
	assert_int_equal(musl_towupper(NOT_ASCII), NOT_ASCII);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_no_such_class),
		cmocka_unit_test(test_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
