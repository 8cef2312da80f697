// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/json_writer.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/text.h"

static void flush(struct json *json)
{
	fwrite(json->buffer, 1, json->used, json->out);
	json->used = 0;
}

static void write_bytes(struct json *json, const char *bytes, size_t length)
{
	if (length > sizeof(json->buffer) - json->used)
		flush(json);
	if (length > sizeof(json->buffer)) {
		fwrite(bytes, 1, length, json->out);
		return;
	}
	memcpy(json->buffer + json->used, bytes, length);
	json->used += length;
}

/*
 * The loops below write to the buffer through a pointer of their own: a report is written
 * byte by byte, and each byte counts.
 */
static char *buffer_end(struct json *json)
{
	return json->buffer + sizeof(json->buffer);
}

/* Writes text that needs no escape. */
static void write_text(struct json *json, const char *text)
{
	const char *end = buffer_end(json);
	char *at = json->buffer + json->used;

	while (*text && at < end)
		*at++ = *text++;
	json->used = (size_t)(at - json->buffer);
	if (*text)
		write_bytes(json, text, strlen(text));
}

static bool on_one_line(const struct json *json)
{
	return json->inline_depth && json->depth >= json->inline_depth;
}

static void start_line(struct json *json)
{
	static const char tabs[] = "\n\t\t\t\t\t\t\t\t";
	size_t length = 1 + json->depth;

	write_bytes(json, tabs, length < sizeof(tabs) ? length : sizeof(tabs) - 1);
}

static void separate(struct json *json)
{
	if (json->filled)
		write_text(json, on_one_line(json) ? ", " : ",");
	if (json->depth && !on_one_line(json))
		start_line(json);
	json->filled = true;
}

/* The characters that need no escape: printable ASCII but for '"' and '\\'. */
static const bool is_plain[256] = {
	[0x20 ... '"' - 1] = true,
	['"' + 1 ... '\\' - 1] = true,
	['\\' + 1 ... 0x7e] = true,
};

static void write_quote(struct json *json)
{
	if (json->used == sizeof(json->buffer))
		flush(json);
	json->buffer[json->used++] = '"';
}

static void write_code(struct json *json, uint32_t code)
{
	char text[6] = "\\u";

	hex_format(code, 4, text + 2);
	write_bytes(json, text, sizeof(text));
}

/* Writes one character as an escape. Returns the number of bytes that it has in text. */
static size_t write_escaped(struct json *json, const unsigned char *text)
{
	size_t length = text_utf8_length((const char *)text);
	uint32_t code = length == 1 ? *text : 0xfffd;

	/* Terminals obey U+0080 to U+009F as they do ESC. No control character has four bytes. */
	if (length == 2)
		code = (text[0] & 0x1fU) << 6 | (text[1] & 0x3fU);
	else if (length == 3)
		code = (text[0] & 0x0fU) << 12 | (text[1] & 0x3fU) << 6 | (text[2] & 0x3fU);
	write_code(json, code);
	return length ? length : 1;
}

/* Writes one character that is not plain. Returns the number of bytes that it has in text. */
static size_t write_special(struct json *json, const unsigned char *text)
{
	size_t length = text_utf8_length((const char *)text);

	if (*text < 0x80 || length == 0 || text_is_control((const char *)text, length))
		return write_escaped(json, text);
	write_bytes(json, (const char *)text, length);
	return length;
}

static void write_string(struct json *json, const char *value)
{
	const unsigned char *text = (const unsigned char *)value;
	const char *end = buffer_end(json);

	write_quote(json);
	for (;;) {
		char *at = json->buffer + json->used;

		/* Nearly all that is written is ASCII. */
		while (is_plain[*text] && at < end)
			*at++ = (char)*text++;
		json->used = (size_t)(at - json->buffer);
		if (!*text)
			break;
		if (at == end)
			flush(json);
		else
			text += write_special(json, text);
	}
	write_quote(json);
}

static void start_member(struct json *json, const char *key)
{
	separate(json);
	if (key) {
		write_string(json, key);
		write_text(json, ": ");
	}
}

static void open_level(struct json *json, const char *key, const char *bracket)
{
	start_member(json, key);
	write_text(json, bracket);
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
	write_text(json, bracket);
	json->filled = true;
	if (json->depth == 0) {
		write_text(json, "\n");
		flush(json);
	}
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
		write_string(json, value);
	else
		write_text(json, "null");
}

void json_integer(struct json *json, const char *key, int64_t value)
{
	char text[24];

	start_member(json, key);
	snprintf(text, sizeof(text), "%" PRId64, value);
	write_text(json, text);
}

void json_boolean(struct json *json, const char *key, bool value)
{
	start_member(json, key);
	write_text(json, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
	json_string(json, key, NULL);
}
