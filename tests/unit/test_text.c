// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/text.h"

#include <stdlib.h>

#include "unit.h"

static void test_printable(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "plain text", "plain text" },
		{ "", "" },
		{ "a\033]0;title\ab", "a?]0;title?b" },
		{ "tab\tline\n\177", "tab?line??" },
		{ "\302\23331mred", "??31mred" },
		{ "\23331mred", "?31mred" },
		{ "K\303\244se \342\202\254 \360\237\230\200",
		  "K\303\244se \342\202\254 \360\237\230\200" },
		{ "\302\240", "\302\240" },
		{ "\302", "?" },
		{ "\355\240\200", "???" },
		{ "x\342\200\256y", "x???y" },
		{ "x\342\201\246y", "x???y" },
	};
	struct arena *arena = arena_create(1 << 16);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_true(rows[i].text,
			   streq(text_printable(arena, rows[i].text), rows[i].wanted));
	arena_destroy(arena);
}

static void test_quote(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "/etc/modprobe.d/vfio.conf", "/etc/modprobe.d/vfio.conf" },
		{ "x;touch PWNED;.conf", "'x;touch PWNED;.conf'" },
		{ "$(reboot)", "'$(reboot)'" },
		{ "it's", "'it'\\''s'" },
		{ "", "''" },
		{ "~", "'~'" },
		{ "K\303\244se", "'K\303\244se'" },
	};
	struct arena *arena = arena_create(1 << 16);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_true(rows[i].text, streq(text_quote(arena, rows[i].text), rows[i].wanted));
	arena_destroy(arena);
}

/* A line feed that an argument brings along begins no line. */
static void test_print(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	text_print(out, "%s is %d\n", "a\nb\033c", 3);
	text_print(out, "part, ");
	text_print(out, "%s", "the rest\n");
	text_print(out, "\n");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "a?b?c is 3\npart, the rest?\n");
	free(text);
}

static void test_append(void **state)
{
	char text[24] = "", *end = text;
	const char *last = text + sizeof(text) - 1;

	(void)state;
	end = text_append(end, last, "group ");
	end = text_append_number(end, last, 0);
	end = text_append_number(end, last, 4294967295U);
	assert_string_equal(text, "group 04294967295");
	assert_ptr_equal(end, text + strlen(text));
	/* What does not fit is cut off. */
	end = text_append(end, last, "abcdefghi");
	assert_string_equal(text, "group 04294967295abcdef");
	assert_ptr_equal(end, last);
	assert_ptr_equal(text_append(end, last, "g"), last);
	assert_ptr_equal(text_append_number(end, last, 7), last);
	assert_string_equal(text, "group 04294967295abcdef");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_append),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
