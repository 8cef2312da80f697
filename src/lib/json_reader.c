// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/json_reader.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/util.h"

/* Deeper than any report. */
#define DEPTH_MAX 32

struct reader {
	struct arena *arena;
	const char *text;
	unsigned int depth;
};

static int read_value(struct reader *reader, struct json_value *value);

static void skip_blanks(struct reader *reader)
{
	reader->text += strspn(reader->text, " \t\r\n");
}

/* Skips blanks and the character c. Returns false, without skipping c, if another follows. */
static bool take(struct reader *reader, char c)
{
	skip_blanks(reader);
	if (*reader->text != c)
		return false;
	reader->text++;
	return true;
}

/* Writes a character as UTF-8. Returns the number of bytes. */
static size_t write_utf8(uint32_t code, char *text)
{
	if (code < 0x80) {
		text[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		text[0] = (char)(0xc0 | code >> 6);
		text[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	text[0] = (char)(0xe0 | code >> 12);
	text[1] = (char)(0x80 | (code >> 6 & 0x3f));
	text[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

/*
 * Reads an escape after its backslash. Returns the number of bytes that it stands for; 0
 * if it is malformed.
 */
static size_t read_escape(struct reader *reader, char *text)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name = strchr(names, *reader->text);
	uint32_t code;

	if (name && *name) {
		*text = values[name - names];
		reader->text++;
		return 1;
	}
	/* A NUL would end the string for every caller. Surrogates are not combined. */
	if (*reader->text != 'u' || !hex_parse(reader->text + 1, 4, &code))
		return 0;
	reader->text += 5;
	return write_utf8(code && (code & 0xf800) != 0xd800 ? code : 0xfffd, text);
}

/* Reads a string after its first quote. No escape is shorter than what it stands for. */
static int read_string(struct reader *reader, const char **string)
{
	size_t length = 0, used = 0, step;
	char *copy;

	while (reader->text[length] && reader->text[length] != '"')
		length += reader->text[length] == '\\' && reader->text[length + 1] ? 2 : 1;
	copy = arena_allocate(reader->arena, length + 1, 1);
	if (!copy)
		return -ENOMEM;
	while (*reader->text && *reader->text != '"') {
		if ((unsigned char)*reader->text < ' ')
			return -EINVAL;
		if (*reader->text != '\\') {
			copy[used++] = *reader->text++;
			continue;
		}
		reader->text++;
		step = read_escape(reader, copy + used);
		if (!step)
			return -EINVAL;
		used += step;
	}
	*string = copy;
	if (!*reader->text)
		return -EINVAL;
	reader->text++;
	return 0;
}

static int read_number(struct reader *reader, struct json_value *value)
{
	bool negative = *reader->text == '-';
	const char *digits = reader->text + negative;
	size_t length = strspn(digits, "0123456789");

	if (!length || length > 18)
		return -EINVAL;
	value->type = JSON_INTEGER;
	for (size_t i = 0; i < length; i++)
		value->integer = value->integer * 10 + (digits[i] - '0');
	if (negative)
		value->integer = -value->integer;
	reader->text = digits + length;
	reader->text += strspn(reader->text, ".eE+-0123456789");
	return 0;
}

static int read_word(struct reader *reader, struct json_value *value)
{
	static const struct {
		const char *word;
		enum json_type type;
		int64_t integer;
	} words[] = {
		{ "null", JSON_NULL, 0 },
		{ "true", JSON_BOOLEAN, 1 },
		{ "false", JSON_BOOLEAN, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strncmp(reader->text, words[i].word, strlen(words[i].word)) != 0)
			continue;
		value->type = words[i].type;
		value->integer = words[i].integer;
		reader->text += strlen(words[i].word);
		return 0;
	}
	return read_number(reader, value);
}

/* Reads the key of a member and its colon. */
static int read_key(struct reader *reader, const char **key)
{
	int error = take(reader, '"') ? read_string(reader, key) : -EINVAL;

	return error || take(reader, ':') ? error : -EINVAL;
}

/* Reads the elements of an array or object after its first bracket. */
static int read_members(struct reader *reader, struct json_value *value, char end)
{
	struct json_value **last = &value->first;
	int error = 0;

	value->type = end == '}' ? JSON_OBJECT : JSON_ARRAY;
	if (take(reader, end))
		return 0;
	if (++reader->depth > DEPTH_MAX)
		return -EINVAL;
	do {
		struct json_value *member = arena_allocate(reader->arena, 1, sizeof(*member));

		if (!member)
			return -ENOMEM;
		if (value->type == JSON_OBJECT)
			error = read_key(reader, &member->key);
		if (!error)
			error = read_value(reader, member);
		*last = member;
		last = &member->next;
	} while (!error && take(reader, ','));
	reader->depth--;
	return error || take(reader, end) ? error : -EINVAL;
}

static int read_value(struct reader *reader, struct json_value *value)
{
	if (take(reader, '{'))
		return read_members(reader, value, '}');
	if (take(reader, '['))
		return read_members(reader, value, ']');
	if (take(reader, '"')) {
		value->type = JSON_STRING;
		return read_string(reader, &value->string);
	}
	return read_word(reader, value);
}

int json_read(struct arena *arena, const char *text, struct json_value **value)
{
	struct reader reader = { .arena = arena, .text = text };
	int error;

	*value = arena_allocate(arena, 1, sizeof(**value));
	if (!*value)
		return -ENOMEM;
	error = read_value(&reader, *value);
	if (error)
		return error;
	skip_blanks(&reader);
	return *reader.text ? -EINVAL : 0;
}

const struct json_value *json_find(const struct json_value *value, const char *key)
{
	const struct json_value *member = value && value->type == JSON_OBJECT ? value->first : NULL;

	while (member && !streq(member->key, key))
		member = member->next;
	return member;
}

const char *json_find_string(const struct json_value *value, const char *key)
{
	const struct json_value *member = json_find(value, key);

	return member && member->type == JSON_STRING ? member->string : NULL;
}
