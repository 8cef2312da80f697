// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON that is read back: anybody may have left a report where the boot's is looked for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/strict_json.h"
#include "fuzz.h"
#include "lib/json_reader.h"
#include "lib/json_writer.h"
#include "lib/util.h"

static void write_value(struct json *json, const struct json_value *value)
{
	switch (value->type) {
	case JSON_NULL:
		json_null(json, value->key);
		return;
	case JSON_BOOLEAN:
		FUZZ_CHECK(value->integer == 0 || value->integer == 1);
		json_boolean(json, value->key, value->integer);
		return;
	case JSON_INTEGER:
		json_integer(json, value->key, value->integer);
		return;
	case JSON_STRING:
		json_string(json, value->key, value->string);
		return;
	case JSON_ARRAY:
		json_open_array(json, value->key);
		break;
	case JSON_OBJECT:
		json_open_object(json, value->key);
		break;
	}
	for (const struct json_value *part = value->first; part; part = part->next) {
		FUZZ_CHECK((part->key != NULL) == (value->type == JSON_OBJECT));
		FUZZ_CHECK(!part->key || json_find(value, part->key));
		write_value(json, part);
	}
	if (value->type == JSON_ARRAY)
		json_close_array(json);
	else
		json_close_object(json);
}

/* Returns a value written as a document. The caller frees it. */
static char *write_document(const struct json_value *value)
{
	struct json json = { 0 };
	char *text = NULL;
	size_t length;

	json.out = open_memstream(&text, &length);
	FUZZ_CHECK(json.out);
	write_value(&json, value);
	FUZZ_CHECK(fclose(json.out) == 0);
	json_check(text, length, NULL);
	return text;
}

/* Writes a document and reads it again. */
static char *write_and_read(struct arena *arena, const struct json_value *value,
			    struct json_value **again)
{
	char *text = write_document(value);

	FUZZ_CHECK(json_read(arena, text, again) == 0);
	return text;
}

/* Nothing is lost once invalid UTF-8 has become U+FFFD. */
static void check_round(struct arena *arena, struct json_value *value)
{
	char *first = write_and_read(arena, value, &value);
	char *second = write_and_read(arena, value, &value);
	char *third = write_document(value);

	FUZZ_CHECK(streq(second, third));
	free(third);
	free(second);
	free(first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct arena *arena = arena_create(1 << 22);
	struct json_value *value;
	int error = json_read(arena, text, &value), short_of;

	FUZZ_CHECK(error == 0 || error == -EINVAL);
	/* Our documents are objects; nothing else is written. */
	if (!error && (value->type == JSON_OBJECT || value->type == JSON_ARRAY))
		check_round(arena, value);
	arena_fail_at(arena, 1 + fuzz_hash(data, size) % 16);
	short_of = json_read(arena, text, &value);
	FUZZ_CHECK(short_of == error || short_of == -ENOMEM);
	arena_fail_at(arena, 0);
	arena_destroy(arena);
	free(text);
	return 0;
}
