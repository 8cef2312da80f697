// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"

enum json_type {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_INTEGER, /* also what has a fraction, which is cut off: we write none */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* One value of a document (RFC 8259); what is in an array or object hangs on first. */
struct json_value {
	enum json_type type;
	const char *key;    /* in an object; else NULL */
	const char *string; /* of JSON_STRING */
	int64_t integer;    /* of JSON_INTEGER; 0 or 1 of JSON_BOOLEAN */
	struct json_value *first, *next;
};

/*
 * Reads a document, such as the report of a boot. *value is the arena's. Returns
 * 0, -ENOMEM, or -EINVAL for what is no JSON or is nested beyond what we write.
 */
int json_read(struct arena *arena, const char *text, struct json_value **value);

/* Returns the member of an object; NULL where value is none (or NULL), or has no such member. */
const struct json_value *json_find(const struct json_value *value, const char *key);

/* The same for the text of a member; NULL for one that is no string. */
const char *json_find_string(const struct json_value *value, const char *key);
