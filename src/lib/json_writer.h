// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Writes one JSON document, member by member, indented to be read by people too. */
struct json {
	FILE *out; /* has all of it when the document's last bracket is closed */
	unsigned int depth;
	bool filled;		   /* something already stands in the innermost object or array */
	unsigned int inline_depth; /* from this depth on all goes on one line; 0 for none */
	size_t used;
	char buffer[4096]; /* many small pieces go to the stream as one */
};

/*
 * In each of these key is the member's name, or NULL in an array and for the
 * document itself. Errors show in the stream: see ferror(3).
 */
void json_open_object(struct json *json, const char *key);

/* Like json_open_object(), but the object and all in it stand on one line. */
void json_open_inline(struct json *json, const char *key);

void json_close_object(struct json *json);
void json_open_array(struct json *json, const char *key);
void json_close_array(struct json *json);

/* value may be NULL, which is written as null. What is not UTF-8 is replaced. */
void json_string(struct json *json, const char *key, const char *value);
void json_integer(struct json *json, const char *key, int64_t value);
void json_boolean(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
