// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "unit.h"

/* What the file under test is told of standard output. */
static struct {
	bool terminal;
	unsigned short columns;
} truth;

int __wrap_isatty(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_isatty(int fd)
{
	(void)fd;
	return truth.terminal;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct winsize *size;
	va_list arguments;

	(void)fd;
	assert_int_equal(request, TIOCGWINSZ);
	if (!truth.terminal)
		return -1;
	va_start(arguments, request);
	size = va_arg(arguments, struct winsize *);
	va_end(arguments);
	*size = (struct winsize){ .ws_col = truth.columns };
	return 0;
}

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void test_width(void **state)
{
	static const struct {
		bool terminal;
		unsigned short columns;
		const char *variable;
		size_t width;
	} rows[] = {
		{ false, 0, NULL, 80 },	    { false, 0, "132", 132 }, { false, 0, "", 80 },
		{ false, 0, "wide", 80 },   { false, 0, "-1", 80 },   { false, 0, "7", 40 },
		{ false, 0, "999999", 80 }, { true, 100, NULL, 100 }, { true, 100, "50", 100 },
		{ true, 0, "50", 50 },	    { true, 20, NULL, 40 },   { true, 0, NULL, 80 },
	};
	struct terminal terminal;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		truth.terminal = rows[i].terminal;
		truth.columns = rows[i].columns;
		set("COLUMNS", rows[i].variable);
		terminal_open(&terminal, stdout);
		assert_int_equal(terminal.width, rows[i].width);
	}
}

static void test_color(void **state)
{
	static const struct {
		bool terminal;
		const char *type, *none;
		bool colored;
	} rows[] = {
		{ true, "xterm", NULL, true },	 { true, "xterm", "", true },
		{ true, "xterm", "1", false },	 { true, "dumb", NULL, false },
		{ true, NULL, NULL, false },	 { true, "", NULL, false },
		{ false, "xterm", NULL, false },
	};
	struct terminal terminal;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		truth.terminal = rows[i].terminal;
		set("TERM", rows[i].type);
		set("NO_COLOR", rows[i].none);
		terminal_open(&terminal, stdout);
		assert_int_equal(terminal.colored, rows[i].colored);
		assert_string_equal(terminal_style(&terminal, TERMINAL_RED),
				    rows[i].colored ? "\033[31m" : "");
	}
}

/* What is written into a terminal of that width. */
static void write_wrapped(size_t width, bool colored, size_t column, size_t indent,
			  const char *text, const char *expected)
{
	char *written = NULL;
	size_t length;
	struct terminal terminal = { .width = width, .colored = colored };

	terminal.out = open_memstream(&written, &length);
	assert_non_null(terminal.out);
	terminal_wrap(&terminal, column, indent, TERMINAL_RED, text);
	assert_int_equal(fclose(terminal.out), 0);
	assert_string_equal(written, expected);
	free(written);
}

static void test_wrap(void **state)
{
	(void)state;
	write_wrapped(10, false, 0, 2, "", "\n");
	write_wrapped(10, false, 0, 2, "one", "one\n");
	write_wrapped(10, false, 0, 2, "one two th", "one two th\n");
	write_wrapped(10, false, 0, 2, "one two thr", "one two\n  thr\n");
	/* The line is not empty any more. */
	write_wrapped(10, false, 4, 2, "one two three", "one\n  two\n  three\n");
	/* Longer than a line: whole all the same. */
	write_wrapped(10, false, 0, 2, "0123456789abc d", "0123456789abc\n  d\n");
	write_wrapped(10, false, 20, 2, "one two", "one\n  two\n");
	/* Blanks at the break go; several elsewhere stay. */
	write_wrapped(10, false, 0, 0, "a  b     c", "a  b     c\n");
	write_wrapped(10, false, 0, 0, "abcdefghi   j ", "abcdefghi\nj \n");
	/* Characters count, not bytes. */
	write_wrapped(10, false, 0, 0, "\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac \xc3\x9f three",
		      "\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac \xc3\x9f\nthree\n");
	/* No colour goes over the end of a line. */
	write_wrapped(10, true, 0, 2, "one two three",
		      "\033[31mone two\033[0m\n  \033[31mthree\033[0m\n");
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(terminal_columns(""), 0);
	assert_int_equal(terminal_columns("abc"), 3);
	assert_int_equal(terminal_columns("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_color),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
