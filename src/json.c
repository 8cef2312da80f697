// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <inttypes.h>
#include <stddef.h>

static bool on_one_line(const struct json *json)
{
	return json->inline_depth && json->depth >= json->inline_depth;
}

static void start_line(const struct json *json)
{
	static const char tabs[] = "\n\t\t\t\t\t\t\t\t";
	size_t length = 1 + json->depth;

	fwrite(tabs, 1, length < sizeof(tabs) ? length : sizeof(tabs) - 1, json->out);
}

static void separate(struct json *json)
{
	if (json->filled)
		fputs(on_one_line(json) ? ", " : ",", json->out);
	if (json->depth && !on_one_line(json))
		start_line(json);
	json->filled = true;
}

/*
 * Gives the length of the UTF-8 sequence that text begins with, or 0 when it
 * is none: a second byte that does not continue, an overlong form, a
 * surrogate, or a number past U+10FFFF.
 */
static size_t utf8_length(const unsigned char *text)
{
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] < 0xe0)
		length = 2;
	else if ((text[0] & 0xf0) == 0xe0)
		length = 3;
	else if (text[0] >= 0xf0 && text[0] < 0xf5)
		length = 4;
	else
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90))
		return 0;
	return length;
}

static bool needs_escape(unsigned char c)
{
	return c == '"' || c == '\\' || c < 0x20 || c == 0x7f;
}

/* Gives the length of what can be written as it stands. */
static size_t plain_length(const unsigned char *text)
{
	size_t plain = 0, length;

	while (text[plain] && !needs_escape(text[plain])) {
		length = utf8_length(text + plain);
		if (length == 0)
			break;
		plain += length;
	}
	return plain;
}

static void write_string(FILE *out, const char *value)
{
	const unsigned char *text = (const unsigned char *)value;

	fputs("\"", out);
	for (;;) {
		size_t plain = plain_length(text);

		fwrite(text, 1, plain, out);
		text += plain;
		if (!*text)
			break;
		if (needs_escape(*text))
			fprintf(out, "\\u%04x", *text);
		else
			fputs("\\ufffd", out);
		text++;
	}
	fputs("\"", out);
}

static void start_member(struct json *json, const char *key)
{
	separate(json);
	if (key) {
		write_string(json->out, key);
		fputs(": ", json->out);
	}
}

static void open_level(struct json *json, const char *key, const char *bracket)
{
	start_member(json, key);
	fputs(bracket, json->out);
	json->depth++;
	json->filled = false;
}

static void close_level(struct json *json, const char *bracket)
{
	bool broken = json->filled && !on_one_line(json);

	if (json->inline_depth == json->depth)
		json->inline_depth = 0;
	json->depth--;
	if (broken)
		start_line(json);
	fputs(bracket, json->out);
	json->filled = true;
	if (json->depth == 0)
		fputs("\n", json->out);
}

void json_open_inline(struct json *json, const char *key)
{
	open_level(json, key, "{");
	if (!json->inline_depth)
		json->inline_depth = json->depth;
}

void json_open_object(struct json *json, const char *key)
{
	open_level(json, key, "{");
}

void json_close_object(struct json *json)
{
	close_level(json, "}");
}

void json_open_array(struct json *json, const char *key)
{
	open_level(json, key, "[");
}

void json_close_array(struct json *json)
{
	close_level(json, "]");
}

void json_string(struct json *json, const char *key, const char *value)
{
	start_member(json, key);
	if (value)
		write_string(json->out, value);
	else
		fputs("null", json->out);
}

void json_integer(struct json *json, const char *key, int64_t value)
{
	start_member(json, key);
	fprintf(json->out, "%" PRId64, value);
}

void json_boolean(struct json *json, const char *key, bool value)
{
	start_member(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *key)
{
	json_string(json, key, NULL);
}
