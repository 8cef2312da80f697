// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include <stdio.h>
#include <string.h>

void text_add(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->bytes + text->used, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		fail_msg("the text of a test does not fit: %s", text->bytes);
	text->used += (size_t)length;
}

void check_text(const char *row, const char *got, const char *wanted)
{
	if (!got && !wanted)
		return;
	if (!got || !wanted || !streq(got, wanted))
		fail_msg("%s\n  got    |%s|\n  wanted |%s|", row, got ? got : "NULL",
			 wanted ? wanted : "NULL");
}

void check_number(const char *row, long long got, long long wanted)
{
	if (got != wanted)
		fail_msg("%s: got %lld, wanted %lld", row, got, wanted);
}

void check_true(const char *row, bool what)
{
	if (!what)
		fail_msg("%s: does not hold", row);
}

void check_clean(const char *text)
{
	assert_non_null(text);
	assert_true(text[0] != '\0');
	assert_null(strstr(text, "(null)"));
	assert_null(strchr(text, '\n'));
	assert_null(strchr(text, '%'));
	assert_null(strstr(text, "  "));
}
