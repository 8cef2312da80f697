// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads JSON from json_writer.c, and JSON that nobody should have written. */
#include "lib/json_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json_writer.h"
#include "unit.h"

static int create(void **state)
{
	*state = arena_create(0);
	return 0;
}

static int destroy(void **state)
{
	arena_destroy(*state);
	return 0;
}

static void test_written(void **state)
{
	static const char awkward[] = "a\"b\\c\n\t\x01 \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80/";
	struct json json = { 0 };
	struct json_value *value;
	const struct json_value *list;
	char *text = NULL;
	size_t length;

	json.out = open_memstream(&text, &length);
	json_open_object(&json, NULL);
	json_string(&json, "awkward", awkward);
	json_string(&json, "null", NULL);
	json_integer(&json, "least", -12345678901LL);
	json_boolean(&json, "yes", true);
	json_boolean(&json, "no", false);
	json_open_array(&json, "list");
	json_open_inline(&json, NULL);
	json_string(&json, "x", "1");
	json_close_object(&json);
	json_string(&json, NULL, "second");
	json_close_array(&json);
	json_open_array(&json, "empty");
	json_close_array(&json);
	json_close_object(&json);
	fclose(json.out);

	assert_int_equal(json_read(*state, text, &value), 0);
	check_text("awkward", json_find_string(value, "awkward"), awkward);
	check_text("null", json_find_string(value, "null"), NULL);
	assert_int_equal(json_find(value, "null")->type, JSON_NULL);
	assert_true(json_find(value, "least")->integer == -12345678901LL);
	assert_int_equal(json_find(value, "yes")->type, JSON_BOOLEAN);
	assert_int_equal(json_find(value, "yes")->integer, 1);
	assert_int_equal(json_find(value, "no")->type, JSON_BOOLEAN);
	assert_int_equal(json_find(value, "no")->integer, 0);
	list = json_find(value, "list");
	check_text("member", json_find_string(list->first, "x"), "1");
	check_text("element", list->first->next->string, "second");
	assert_null(list->first->next->next);
	assert_null(json_find(value, "empty")->first);
	assert_null(json_find(value, "other"));
	assert_null(json_find(list, "x"));
	assert_null(json_find(NULL, "x"));
	free(text);
}

static const struct {
	const char *text;
	int result;
} texts[] = {
	{ "", -EINVAL },
	{ " ", -EINVAL },
	{ "{", -EINVAL },
	{ "{\"a\"", -EINVAL },
	{ "{\"a\":", -EINVAL },
	{ "{\"a\":1", -EINVAL },
	{ "{\"a\":1,}", -EINVAL },
	{ "{\"a\" 1}", -EINVAL },
	{ "{a:1}", -EINVAL },
	{ "[1,]", -EINVAL },
	{ "[1 2]", -EINVAL },
	{ "[1}", -EINVAL },
	{ "\"a", -EINVAL },
	{ "\"a\\", -EINVAL },
	{ "\"a\\\"", -EINVAL },
	{ "\"\\x\"", -EINVAL },
	{ "\"\\u12\"", -EINVAL },
	{ "\"\\u12g4\"", -EINVAL },
	{ "\"a\nb\"", -EINVAL },
	{ "nul", -EINVAL },
	{ "tru", -EINVAL },
	{ "-", -EINVAL },
	{ "1 2", -EINVAL },
	{ "12345678901234567890", -EINVAL },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", -EINVAL },
	{ "{}", 0 },
	{ " [ ] ", 0 },
	{ "[1.5e3, -0, true]", 0 },
	{ "\"\\u0000\\ud83d\"", 0 },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 0 },
};

static void test_texts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct json_value *value;

		check_number(texts[i].text, json_read(*state, texts[i].text, &value),
			     texts[i].result);
	}
}

/* A NUL would hide what follows, and half of a surrogate pair is no character. */
static void test_replaced(void **state)
{
	struct json_value *value;

	assert_int_equal(json_read(*state, "\"a\\u0000b\\udc00\\u00e4\\u20ac\"", &value), 0);
	check_text("text", value->string,
		   "a\xef\xbf\xbd"
		   "b\xef\xbf\xbd\xc3\xa4\xe2\x82\xac");
}

/* Wherever the text ends, and whichever allocation fails. */
static void test_cut(void **state)
{
	static const char text[] = "{\"a\": [1, {\"b\": \"c\\n\"}, null, true], \"d\": -7}";
	struct json_value *value;
	char part[sizeof(text)];

	for (size_t length = 0; length < sizeof(text) - 1; length++) {
		memcpy(part, text, length);
		part[length] = '\0';
		check_number(part, json_read(*state, part, &value), -EINVAL);
	}
	for (size_t fail = 1; fail < 100; fail++) {
		int error;

		arena_fail_at(*state, fail);
		error = json_read(*state, text, &value);
		if (!arena_fail_at(*state, 0)) {
			assert_int_equal(error, 0);
			assert_true(fail > 5);
			return;
		}
		assert_int_equal(error, -ENOMEM);
	}
	fail_msg("it never came to an end");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_written),
		TEST(test_texts),
		TEST(test_replaced),
		TEST(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
