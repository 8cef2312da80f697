// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/json_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strict_json.h"
#include "unit.h"

/* A document in memory. */
struct document {
	struct json json;
	char *text;
	size_t length;
};

static void start(struct document *document)
{
	*document = (struct document){ .text = NULL };
	document->json.out = open_memstream(&document->text, &document->length);
	assert_non_null(document->json.out);
}

static void finish(struct document *document)
{
	assert_int_equal(fclose(document->json.out), 0);
}

static const struct {
	const char *value;
	const char *read; /* NULL if it is read back unchanged */
} strings[] = {
	{ "", NULL },
	{ "plain", NULL },
	{ "\"quoted\"", NULL },
	{ "back\\slash\\", NULL },
	{ "tab\tnewline\nreturn\rescape\x1b", NULL },
	{ "\x01\x1f\x7f", NULL },
	{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", NULL },
	{ "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", NULL },
	{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", NULL },
	/* Characters past ASCII that JSON writes as codes. */
	{ "\xc2\x9b \xe2\x80\xaa\xe2\x80\xae \xe2\x81\xa6\xe2\x81\xa9", NULL },
	/* One for each stray byte. */
	{ "\x80", "\xef\xbf\xbd" },
	{ "a\xff"
	  "b",
	  "a\xef\xbf\xbd"
	  "b" },
	{ "\xc3", "\xef\xbf\xbd" },
	{ "\xc3"
	  "a",
	  "\xef\xbf\xbd"
	  "a" },
	{ "\xc3\"", "\xef\xbf\xbd\"" },
	{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x9f\x98", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	/* Overlong, surrogate, too large. */
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc1\xbf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe0\x9f\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x8f\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf5\x80\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xfe", "\xef\xbf\xbd" },
};

static void test_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		struct text read = { .used = 0 }, wanted = { .used = 0 };
		struct document document;

		start(&document);
		json_open_object(&document.json, NULL);
		json_string(&document.json, strings[i].value, strings[i].value);
		json_close_object(&document.json);
		finish(&document);
		json_check(document.text, document.length, &read);
		for (int j = 0; j < 2; j++)
			text_add(&wanted, "%s|",
				 strings[i].read ? strings[i].read : strings[i].value);
		check_text(strings[i].value, read.bytes, wanted.bytes);
		free(document.text);
	}
}

/* Strings that end, and have a character that is not plain, about the buffer's end. */
static void test_buffer(void **state)
{
	static char value[sizeof(((struct json *)NULL)->buffer) + 64];

	(void)state;
	for (size_t length = sizeof(value) - 128; length < sizeof(value) - 8; length++) {
		struct document document;
		char *begin;

		memset(value, 'a', length);
		strcpy(value + length, "\xc3\xa4\"b");
		start(&document);
		json_open_array(&document.json, NULL);
		json_string(&document.json, NULL, value);
		json_close_array(&document.json);
		finish(&document);
		json_check(document.text, document.length, NULL);
		begin = strchr(document.text, 'a');
		assert_memory_equal(begin, value, length + 2);
		assert_string_equal(begin + length + 2, "\\u0022b\"\n]\n");
		free(document.text);
	}
}

/* Every two bytes in a string, which cover every start of a character. */
static void test_every_two_bytes(void **state)
{
	char value[] = "a??z";

	(void)state;
	for (int first = 1; first < 256; first++) {
		struct document document;

		start(&document);
		json_open_array(&document.json, NULL);
		for (int second = 1; second < 256; second++) {
			value[1] = (char)first;
			value[2] = (char)second;
			json_string(&document.json, NULL, value);
		}
		json_close_array(&document.json);
		finish(&document);
		json_check(document.text, document.length, NULL);
		free(document.text);
	}
}

static void test_layout(void **state)
{
	struct document document;
	struct json *json = &document.json;

	(void)state;
	start(&document);
	json_open_object(json, NULL);
	json_integer(json, "number", -42);
	json_integer(json, "least", INT64_MIN);
	json_integer(json, "most", INT64_MAX);
	json_boolean(json, "yes", true);
	json_boolean(json, "no", false);
	json_null(json, "null");
	json_string(json, "none", NULL);
	json_open_array(json, "empty");
	json_close_array(json);
	json_open_object(json, "nothing");
	json_close_object(json);
	json_open_array(json, "list");
	json_string(json, NULL, "a");
	json_open_inline(json, NULL);
	json_integer(json, "b", 1);
	json_open_array(json, "c");
	json_integer(json, NULL, 2);
	json_integer(json, NULL, 3);
	json_close_array(json);
	json_close_object(json);
	json_open_inline(json, NULL);
	json_close_object(json);
	json_open_object(json, NULL);
	json_integer(json, "d", 4);
	json_close_object(json);
	json_close_array(json);
	json_close_object(json);
	finish(&document);
	json_check(document.text, document.length, NULL);
	assert_string_equal(document.text, "{\n"
					   "\t\"number\": -42,\n"
					   "\t\"least\": -9223372036854775808,\n"
					   "\t\"most\": 9223372036854775807,\n"
					   "\t\"yes\": true,\n"
					   "\t\"no\": false,\n"
					   "\t\"null\": null,\n"
					   "\t\"none\": null,\n"
					   "\t\"empty\": [],\n"
					   "\t\"nothing\": {},\n"
					   "\t\"list\": [\n"
					   "\t\t\"a\",\n"
					   "\t\t{\"b\": 1, \"c\": [2, 3]},\n"
					   "\t\t{},\n"
					   "\t\t{\n"
					   "\t\t\t\"d\": 4\n"
					   "\t\t}\n"
					   "\t]\n"
					   "}\n");
	free(document.text);
}

static void test_deep(void **state)
{
	struct document document;

	(void)state;
	start(&document);
	for (int i = 0; i < 15; i++)
		json_open_array(&document.json, NULL);
	json_integer(&document.json, NULL, 1);
	for (int i = 0; i < 15; i++)
		json_close_array(&document.json);
	finish(&document);
	json_check(document.text, document.length, NULL);
	free(document.text);
}

/* Write errors show in the stream. */
static void test_errors(void **state)
{
	struct json json = { .out = fopen("/dev/full", "w") };

	(void)state;
	assert_non_null(json.out);
	json_open_object(&json, NULL);
	json_string(&json, "key", "value");
	json_close_object(&json);
	assert_true(fflush(json.out) != 0 && errno == ENOSPC);
	assert_true(ferror(json.out));
	fclose(json.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_every_two_bytes),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests_name("json_writer", tests, NULL, NULL);
}
