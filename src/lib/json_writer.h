// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Writes one JSON document, member by member, indented for people. */
struct json {
	FILE *out; /* complete once the document's last bracket is closed */
	unsigned int depth;
	bool filled; /* the innermost object or array has an element */
	unsigned int
		inline_depth; /* at this depth and deeper, everything is on one line; 0 for none */
	size_t used;
	char buffer[4096]; /* collects small pieces for the stream */
};

/*
 * In each function key is the member's name, or NULL in an array and for the document
 * itself. Errors show in the stream: see ferror(3).
 */
void json_open_object(struct json *json, const char *key);

/* Like json_open_object(), but the whole object is on one line. */
void json_open_inline(struct json *json, const char *key);

void json_close_object(struct json *json);
void json_open_array(struct json *json, const char *key);
void json_close_array(struct json *json);

/* Writes null if value is NULL. Replaces bytes that are not UTF-8 with U+FFFD. */
void json_string(struct json *json, const char *key, const char *value);
void json_integer(struct json *json, const char *key, int64_t value);
void json_boolean(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
