// SPDX-License-Identifier: GPL-2.0-or-later
#include "strict_json.h"

#include <stdlib.h>
#include <string.h>

struct reader {
	const unsigned char *text;
	size_t length;
	size_t at;
	unsigned int depth;
	struct text *strings;
};

static void refuse(const struct reader *reader, const char *why)
{
	fail_msg("JSON: %s at byte %zu of:\n%.*s", why, reader->at, (int)reader->length,
		 (const char *)reader->text);
}

static int peek(const struct reader *reader)
{
	return reader->at < reader->length ? reader->text[reader->at] : -1;
}

static void skip_blanks(struct reader *reader)
{
	while (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\n' ||
	       peek(reader) == '\r')
		reader->at++;
}

static void expect(struct reader *reader, const char *word)
{
	for (; *word; word++, reader->at++)
		if (peek(reader) != *word)
			refuse(reader, "an unknown word");
}

static void emit(const struct reader *reader, uint32_t point)
{
	if (!reader->strings)
		return;
	if (point < 0x80)
		text_add(reader->strings, "%c", (char)point);
	else if (point < 0x800)
		text_add(reader->strings, "%c%c", (char)(0xc0 | point >> 6),
			 (char)(0x80 | (point & 0x3f)));
	else if (point < 0x10000)
		text_add(reader->strings, "%c%c%c", (char)(0xe0 | point >> 12),
			 (char)(0x80 | (point >> 6 & 0x3f)), (char)(0x80 | (point & 0x3f)));
	else
		text_add(reader->strings, "%c%c%c%c", (char)(0xf0 | point >> 18),
			 (char)(0x80 | (point >> 12 & 0x3f)), (char)(0x80 | (point >> 6 & 0x3f)),
			 (char)(0x80 | (point & 0x3f)));
}

static uint32_t read_utf8(struct reader *reader)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t point = (uint32_t)peek(reader);
	unsigned int length = 1;

	reader->at++;
	if (point >= 0xf0 && point < 0xf8)
		length = 4;
	else if (point >= 0xe0 && point < 0xf0)
		length = 3;
	else if (point >= 0xc0 && point < 0xe0)
		length = 2;
	else if (point >= 0x80)
		refuse(reader, "a byte that begins no character");
	if (length > 1)
		point &= 0x7fU >> length;
	for (unsigned int i = 1; i < length; i++, reader->at++) {
		if ((peek(reader) & 0xc0) != 0x80 || peek(reader) < 0)
			refuse(reader, "a character that breaks off");
		point = point << 6 | ((uint32_t)peek(reader) & 0x3f);
	}
	if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		refuse(reader, "no character");
	return point;
}

static uint32_t read_escape(struct reader *reader)
{
	static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	uint32_t point = 0;
	int c;

	reader->at++;
	c = peek(reader);
	reader->at++;
	for (size_t i = 0; escapes[i]; i += 2)
		if (c == escapes[i])
			return (uint32_t)escapes[i + 1];
	if (c != 'u')
		refuse(reader, "an unknown escape");
	for (int i = 0; i < 4; i++, reader->at++) {
		const char digit[] = { (char)peek(reader), '\0' };

		if (peek(reader) <= 0 || !strchr("0123456789abcdefABCDEF", digit[0]))
			refuse(reader, "an escape without four digits");
		point = point << 4 | (uint32_t)strtoul(digit, NULL, 16);
	}
	if (point >= 0xd800 && point < 0xe000)
		refuse(reader, "half a character");
	return point;
}

static void read_string(struct reader *reader)
{
	if (peek(reader) != '"')
		refuse(reader, "no string");
	reader->at++;
	while (peek(reader) != '"') {
		if (peek(reader) < 0x20)
			refuse(reader, "a string with a control character or no end");
		emit(reader, peek(reader) == '\\' ? read_escape(reader) : read_utf8(reader));
	}
	reader->at++;
	if (reader->strings)
		text_add(reader->strings, "|");
}

static void read_number(struct reader *reader)
{
	if (peek(reader) == '-')
		reader->at++;
	if (peek(reader) == '0') {
		reader->at++;
		return;
	}
	if (peek(reader) < '1' || peek(reader) > '9')
		refuse(reader, "no value");
	/* We write neither fractions nor exponents. */
	while (peek(reader) >= '0' && peek(reader) <= '9')
		reader->at++;
}

static void read_value(struct reader *reader);

static void read_members(struct reader *reader, char end)
{
	if (++reader->depth > 16)
		refuse(reader, "nested too deep");
	reader->at++;
	skip_blanks(reader);
	while (peek(reader) != end) {
		if (end == '}') {
			read_string(reader);
			skip_blanks(reader);
			expect(reader, ":");
		}
		read_value(reader);
		if (peek(reader) == end)
			break;
		expect(reader, ",");
		skip_blanks(reader);
		if (peek(reader) == end)
			refuse(reader, "a comma before the end");
	}
	reader->at++;
	reader->depth--;
}

static void read_value(struct reader *reader)
{
	skip_blanks(reader);
	switch (peek(reader)) {
	case '{':
		read_members(reader, '}');
		break;
	case '[':
		read_members(reader, ']');
		break;
	case '"':
		read_string(reader);
		break;
	case 't':
		expect(reader, "true");
		break;
	case 'f':
		expect(reader, "false");
		break;
	case 'n':
		expect(reader, "null");
		break;
	default:
		read_number(reader);
	}
	skip_blanks(reader);
}

void json_check(const char *text, size_t length, struct text *strings)
{
	struct reader reader = { (const unsigned char *)text, length, 0, 0, strings };

	read_value(&reader);
	if (reader.at != length)
		refuse(&reader, "something behind the document");
	if (length == 0 || text[length - 1] != '\n')
		refuse(&reader, "no newline at the end");
}
