// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/cmdline.h"

#include <string.h>

#include "unit.h"

/* Splits a copy of the line; "key=value@column/value column" for each token, '|' between. */
static void split(const char *line, struct text *text)
{
	struct cmdline_token token;
	size_t position = 0;
	char copy[256];

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	text->used = 0;
	text->bytes[0] = '\0';
	while (cmdline_next(copy, &position, &token))
		text_add(text, "%s%s%s%s@%zu/%zu", text->used ? "|" : "", token.key,
			 token.value ? "=" : "", token.value ? token.value : "", token.column,
			 token.value_column);
	/* The end stays the end. */
	assert_int_equal(cmdline_next(copy, &position, &token), 0);
}

static const struct {
	const char *line;
	const char *tokens;
} rows[] = {
	{ "", "" },
	{ "   \t\n", "" },
	{ "quiet", "quiet@1/1" },
	{ "a=b", "a=b@1/3" },
	{ "a=", "a=@1/3" },
	{ "a=b=c", "a=b=c@1/3" },
	{ "  a  b=c ", "a@3/3|b=c@6/8" },
	{ "a\tb\nc\rd\ve\ff", "a@1/1|b@3/3|c@5/5|d@7/7|e@9/9|f@11/11" },
	{ "a=b\n", "a=b@1/3" },
	/* Quotes around the value. */
	{ "a=\"b c\" d", "a=b c@1/4|d@9/9" },
	{ "a=\"b\tc\nd\"", "a=b\tc\nd@1/4" },
	{ "a=\"\"", "a=@1/4" },
	{ "a=\"b\"c", "a=b\"c@1/4" },
	{ "a=\"b\"c\"d e\"", "a=b\"c\"d e@1/4" },
	/* Quotes around the whole parameter. */
	{ "\"a=b c\" d", "a=b c@2/4|d@9/9" },
	{ "\"a b\"", "a b@2/2" },
	{ "\"\" a", "@2/2|a@4/4" },
	{ "\"a\"b c", "a\"b@2/2|c@6/6" },
	/* Of two quotes at the end of a parameter whose value has one too, one is removed. */
	{ "\"a=\"b\"\"", "a=b\"@2/5" },
	/* Quotes inside keep blanks together and stay. */
	{ "a\"b c\"d e", "a\"b c\"d@1/1|e@9/9" },
	{ "a=b\"c d\"e f", "a=b\"c d\"e@1/3|f@11/11" },
	{ "a=b\"c d\"", "a=b\"c d\"@1/3" },
	/* Quotes without an end keep everything together. */
	{ "a=\"b c", "a=b c@1/4" },
	{ "a=\"", "a=@1/4" },
	{ "\"a=b c", "a=b c@2/4" },
	{ "\"", "@2/2" },
	{ "a\" b c", "a\" b c@1/1" },
	/* A parameter that begins with '=' has no key; the next '=' ends the name. */
	{ "=a", "=a@1/1" },
	{ "=a=b", "=a=b@1/4" },
	{ "==", "==@1/3" },
	{ "\"=a\"", "=a@2/2" },
	{ "a= =b", "a=@1/3|=b@4/4" },
	/* "--" and others that end the kernel's own parameters mean nothing here. */
	{ "a -- b=c", "a@1/1|--@3/3|b=c@6/8" },
	{ "vfio_early.devs=01:00.0,!01:00.1 quiet",
	  "vfio_early.devs=01:00.0,!01:00.1@1/17|quiet@34/34" },
};

static void test_rows(void **state)
{
	struct text text;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		split(rows[i].line, &text);
		check_text(rows[i].line, text.bytes, rows[i].tokens);
	}
}

/* The kernel's blanks; its ctype table has Latin-1's 0xa0 among them. */
static bool kernel_blank(char c)
{
	return c && (strchr(" \t\n\v\f\r", c) || (unsigned char)c == 0xa0);
}

/*
 * The rules of next_arg() in its own order: find the end, cut at the first '=' that is
 * not leading, remove quotes of the value, then of the whole.
 */
static char *kernel_next(char *rest, char **name, char **value)
{
	bool whole = *rest == '"', open = whole;
	char *end, *equals;

	rest += whole;
	for (end = rest; *end && (open || !kernel_blank(*end)); end++)
		open ^= *end == '"';
	*name = rest;
	*value = NULL;
	equals = *rest ? memchr(rest + 1, '=', end > rest ? (size_t)(end - rest) - 1 : 0) : NULL;
	if (equals) {
		*equals = '\0';
		*value = equals + 1;
		if (**value == '"') {
			++*value;
			if (end[-1] == '"')
				end[-1] = '\0';
		}
	}
	if (whole && end > rest && end[-1] == '"')
		end[-1] = '\0';
	if (*end)
		*end++ = '\0';
	while (kernel_blank(*end))
		end++;
	return end;
}

static void split_as_kernel(const char *line, struct text *text)
{
	char copy[256], *rest = copy, *name, *value;

	strcpy(copy, line);
	text->used = 0;
	text->bytes[0] = '\0';
	while (kernel_blank(*rest))
		rest++;
	while (*rest) {
		rest = kernel_next(rest, &name, &value);
		text_add(text, "%s%s%s%s@%zu/%zu", text->used ? "|" : "", name, value ? "=" : "",
			 value ? value : "", (size_t)(name - copy) + 1,
			 (size_t)((value ? value : name) - copy) + 1);
	}
}

/* Every line of up to eight characters with a meaning. */
static void test_every_short_line(void **state)
{
	static const char alphabet[] = "a=\" ";
	struct text text, kernel;
	char line[9];

	(void)state;
	for (size_t length = 0; length < sizeof(line); length++) {
		for (unsigned int number = 0; number >> 2 * length == 0; number++) {
			for (size_t i = 0; i < length; i++)
				line[i] = alphabet[number >> 2 * i & 3];
			line[length] = '\0';
			split(line, &text);
			split_as_kernel(line, &kernel);
			check_text(line, text.bytes, kernel.bytes);
		}
	}
}

static void test_every_byte(void **state)
{
	char line[] = "a?b=c";
	struct text text, kernel;

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		line[1] = (char)byte;
		split(line, &text);
		split_as_kernel(line, &kernel);
		check_text(line, text.bytes, kernel.bytes);
	}
}

/* One pair of quotes around a value or a whole parameter is fine. */
static const struct {
	const char *line;
	bool misquoted;
} quotings[] = {
	{ "a=b", false },	{ "a=\"b c\"", false }, { "\"a=b c\"", false },
	{ "\"a b\"", false },	{ "a=\"b c", true },	{ "a\"b=c d", true },
	{ "a=b\"", true },	{ "\"a=b c", true },	{ "a=\"b\"c d", true },
	{ "a=b\"c d\"", true }, { "a=\"b\"\"", true },	{ "\"", true },
};

static void test_misquoted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(quotings); i++) {
		struct cmdline_token token;
		size_t position = 0;
		char copy[32];

		strcpy(copy, quotings[i].line);
		assert_int_equal(cmdline_next(copy, &position, &token), 1);
		if (token.misquoted != quotings[i].misquoted)
			fail_msg("%s", quotings[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_every_short_line),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_misquoted),
	};

	return cmocka_run_group_tests_name("cmdline", tests, NULL, NULL);
}
