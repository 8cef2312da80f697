// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares the replacements for parts of musl with this C library, in ASCII. */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#define wctype	 musl_wctype
#define iswctype musl_iswctype
#define towlower musl_towlower
#define towupper musl_towupper
#define sscanf	 musl_sscanf
wctype_t musl_wctype(const char *name);
int musl_iswctype(wint_t c, wctype_t type);
wint_t musl_towlower(wint_t c);
wint_t musl_towupper(wint_t c);
int musl_sscanf(const char *text, const char *format, ...);
#include "../../third-party/config/musl.c" /* NOLINT(bugprone-suspicious-include) */
#undef wctype
#undef iswctype
#undef towlower
#undef towupper
#undef sscanf

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

/* The formats of the program and of libpci. A conversion that fails leaves its place alone. */
static const char *const number_formats[] = { "%x:%x:%x.%d", "%x:%x:%x:%x", "%x:%x:%x", "%u.%u",
					      "%u:%u",	     "%u %u %u",    "%d%x%x%x" };

static const char *const number_texts[] = { "0000:01:00.0",
					    "10000:e1:00.7",
					    "10de:1f91",
					    "10de:1f91:1458:3ffc",
					    "6.1.0-50",
					    "6",
					    "8:16",
					    "0 100000 65536",
					    " 7 \t 8\n9",
					    "",
					    " ",
					    "x",
					    "1:",
					    "1:x",
					    "0x1f:0xAB:0x",
					    "-1:+2:-3.-4",
					    "1 :2",
					    "ffffffff:1:1.1",
					    "3 1af4 1 2 3" };

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(number_formats) / sizeof(*number_formats); i++) {
		for (size_t j = 0; j < sizeof(number_texts) / sizeof(*number_texts); j++) {
			int ours[4] = { 0 }, theirs[4] = { 0 };
			const char *format = number_formats[i], *text = number_texts[j];

			assert_int_equal(
				musl_sscanf(text, format, &ours[0], &ours[1], &ours[2], &ours[3]),
				sscanf(text, format, &theirs[0], &theirs[1], &theirs[2],
				       &theirs[3]));
			assert_memory_equal(ours, theirs, sizeof(ours));
		}
	}
}

static void test_long_numbers(void **state)
{
	static const char *const texts[] = { "0xfe000000 0xfeffffff 0x40200", "1 2",
					     "0xffffffffffffffff 0 1", "g 0 0" };
	unsigned long long ours[3] = { 0 }, theirs[3] = { 0 };
	unsigned long start, end;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(
			musl_sscanf(texts[i], "%llx %llx %llx", &ours[0], &ours[1], &ours[2]),
			sscanf(texts[i], "%llx %llx %llx", &theirs[0], &theirs[1], &theirs[2]));
		assert_memory_equal(ours, theirs, sizeof(ours));
	}
	assert_int_equal(musl_sscanf("7f0012345000-7f0012346000 rw-s", "%lx-%lx", &start, &end), 2);
	assert_true(start == 0x7f0012345000 && end == 0x7f0012346000);
	assert_int_equal(musl_sscanf("10000000000000000", "%llx", &ours[0]), 0);
}

static void test_words(void **state)
{
	char word[6];
	int number = 0, length = 0;

	(void)state;
	assert_int_equal(musl_sscanf("1: POSIX  ADVISORY  WRITE 42 x", "%*u: %*5s %*9s WRITE %d%n",
				     &number, &length),
			 1);
	assert_int_equal(number, 42);
	assert_int_equal(length, 28);
	assert_int_equal(musl_sscanf("POSIXLY 1", "%5s%*s %d", word, &number), 2);
	assert_string_equal(word, "POSIX");
	assert_int_equal(number, 1);
	/* A conversion that is not known. */
	assert_int_equal(musl_sscanf("1.5", "%f", &number), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),	     cmocka_unit_test(test_no_such_class),
		cmocka_unit_test(test_case),	     cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_long_numbers), cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
