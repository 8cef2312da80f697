// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"

enum json_type {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_INTEGER, /* a fraction is cut off: we write none */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/*
 * One value of a document (RFC 8259). first is the first element of an array or object,
 * next the following one.
 */
struct json_value {
	enum json_type type;
	const char *key;    /* in an object, else NULL */
	const char *string; /* for JSON_STRING */
	int64_t integer;    /* for JSON_INTEGER; 0 or 1 for JSON_BOOLEAN */
	struct json_value *first, *next;
};

/*
 * Reads a document, such as the report of a boot. The arena owns the values. Returns 0,
 * -ENOMEM, or -EINVAL for text that is not JSON or nests deeper than we write.
 */
int json_read(struct arena *arena, const char *text, struct json_value **value);

/*
 * Returns the member of an object. Returns NULL if there is none or value is no object;
 * value may be NULL.
 */
const struct json_value *json_find(const struct json_value *value, const char *key);

/* Like json_find(), but returns the member's text; NULL if it is no string. */
const char *json_find_string(const struct json_value *value, const char *key);
