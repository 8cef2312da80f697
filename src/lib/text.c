// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t text_utf8_length(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length;

	if (bytes[0] < 0x80)
		return 1;
	if (bytes[0] >= 0xc2 && bytes[0] < 0xe0)
		length = 2;
	else if ((bytes[0] & 0xf0) == 0xe0)
		length = 3;
	else if (bytes[0] >= 0xf0 && bytes[0] < 0xf5)
		length = 4;
	else
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	if ((bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xed && bytes[1] >= 0xa0) ||
	    (bytes[0] == 0xf0 && bytes[1] < 0x90) || (bytes[0] == 0xf4 && bytes[1] >= 0x90))
		return 0;
	return length;
}

bool text_is_control(const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (length == 1)
		return bytes[0] < 0x20 || bytes[0] == 0x7f;
	if (length == 2)
		return bytes[0] == 0xc2 && bytes[1] < 0xa0;
	/* U+202A to U+202E and U+2066 to U+2069. */
	return length == 3 && bytes[0] == 0xe2 &&
	       ((bytes[1] == 0x80 && bytes[2] >= 0xaa && bytes[2] <= 0xae) ||
		(bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9));
}

size_t text_plain_length(const char *text, size_t length)
{
	size_t plain = 0;

	while (plain < length) {
		size_t next;

		/* Nearly all that is said is ASCII. */
		if (text[plain] >= 0x20 && text[plain] < 0x7f) {
			plain++;
			continue;
		}
		if (!text[plain])
			break;
		next = text_utf8_length(text + plain);
		if (!next || next > length - plain || text_is_control(text + plain, next))
			break;
		plain += next;
	}
	return plain;
}

void text_make_printable(char *text)
{
	for (;;) {
		text += text_plain_length(text, SIZE_MAX);
		if (!*text)
			return;
		*text++ = '?';
	}
}

const char *text_printable(struct arena *arena, const char *text)
{
	size_t length = strlen(text);
	char *copy;

	if (text_plain_length(text, length) == length)
		return text;
	copy = arena_copy(arena, text, length);
	if (!copy)
		return "?";
	text_make_printable(copy);
	return copy;
}

const char *text_quote(struct arena *arena, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=:,./@%";
	char *quoted, *next;

	if (*text && !text[strspn(text, plain)])
		return text;
	/* Each quote takes four bytes; two more enclose the word. */
	quoted = arena_allocate(arena, 4 * strlen(text) + 3, 1);
	if (!quoted)
		return "''";
	next = quoted;
	*next++ = '\'';
	for (; *text; text++) {
		if (*text == '\'') {
			*next++ = '\'';
			*next++ = '\\';
			*next++ = '\'';
		}
		*next++ = *text;
	}
	*next++ = '\'';
	return quoted;
}

char *text_append(char *end, const char *last, const char *text)
{
	size_t length = strlen(text), room = (size_t)(last - end);

	length = length < room ? length : room;
	memcpy(end, text, length);
	end[length] = '\0';
	return end + length;
}

char *text_append_number(char *end, const char *last, unsigned int number)
{
	char digits[11], *first = digits + sizeof(digits) - 1;

	*first = '\0';
	do
		*--first = (char)('0' + number % 10);
	while (number /= 10);
	return text_append(end, last, first);
}

bool text_same_name(const char *a, const char *b)
{
	while (*a && (*a == *b || (strchr("-_", *a) && *b && strchr("-_", *b))))
		a++, b++;
	return *a == *b;
}

void text_print(FILE *out, const char *format, ...)
{
	size_t fixed = strlen(format);
	bool whole = fixed && format[fixed - 1] == '\n';
	char *text;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		fputs("out of memory\n", out);
		return;
	}
	if (whole)
		text[length - 1] = '\0';
	text_make_printable(text);
	fprintf(out, "%s%s", text, whole ? "\n" : "");
	free(text);
}
