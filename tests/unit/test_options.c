// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/util.h"
#include "unit.h"

struct target {
	const char *file;
	bool flag;
	struct option_values words;
};

static const struct option_row rows[] = {
	{ .name = "file", .value = "FILE", .offset = offsetof(struct target, file) },
	{ .name = "flag", .help = "a flag", .offset = offsetof(struct target, flag) },
	{ .name = "word",
	  .value = "WORD",
	  .help = "a word",
	  .offset = offsetof(struct target, words),
	  .repeated = true },
};

static const struct option_table table = {
	.command = "command",
	.arguments = "NAME...",
	.help = "What it does.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* The words of a command line, with the command's name first. */
static int read_words(struct target *target, char *const *words, int *code)
{
	int count = 0;

	while (words[count + 1])
		count++;
	*target = (struct target){ 0 };
	return options_read(&table, target, count, words + 1, code);
}

static void test_read(void **state)
{
	char *words[] = { (char *)"command", (char *)"--file",	 (char *)"a",
			  (char *)"--flag",  (char *)"--word=b", (char *)"--word",
			  (char *)"c",	     (char *)"name",	 NULL };
	struct target target;
	int code;

	(void)state;
	assert_int_equal(read_words(&target, words, &code), 6);
	assert_int_equal(code, EXIT_DONE);
	assert_string_equal(target.file, "a");
	assert_true(target.flag);
	assert_int_equal(target.words.count, 2);
	assert_string_equal(target.words.items[0], "b");
	assert_string_equal(target.words.items[1], "c");
}

static void test_nothing(void **state)
{
	char *words[] = { (char *)"command", NULL };
	struct target target;
	int code;

	(void)state;
	assert_int_equal(read_words(&target, words, &code), 0);
	assert_null(target.file);
	assert_false(target.flag);
	assert_int_equal(target.words.count, 0);
}

static void test_refuse(void **state)
{
	static const char *const wrong[] = { "--other", "-x", "--file", "--flag=yes" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char *words[] = { (char *)"command", (char *)wrong[i], NULL };
		struct target target;
		int code;

		assert_int_equal(read_words(&target, words, &code), -1);
		assert_int_equal(code, EXIT_MALFORMED);
	}
}

static void test_too_often(void **state)
{
	char *words[OPTIONS_MAX + 3] = { (char *)"command" };
	struct target target;
	int code;

	(void)state;
	for (size_t i = 1; i <= OPTIONS_MAX; i++)
		words[i] = (char *)"--word=a";
	assert_int_equal(read_words(&target, words, &code), OPTIONS_MAX);
	words[OPTIONS_MAX + 1] = (char *)"--word=a";
	assert_int_equal(read_words(&target, words, &code), -1);
	assert_int_equal(code, EXIT_MALFORMED);
}

static void test_exactly(void **state)
{
	char *words[] = { (char *)"command", (char *)"--flag", (char *)"one", (char *)"two", NULL };
	struct target target = { 0 };
	int code;

	(void)state;
	for (int wanted = 0; wanted <= 3; wanted++) {
		int first = options_read_exactly(&table, &target, wanted, 3, words + 1, &code);

		assert_int_equal(first, wanted == 2 ? 1 : -1);
		assert_int_equal(code, wanted == 2 ? EXIT_DONE : EXIT_MALFORMED);
	}
}

/* Options without help are not listed; the others are in two columns. */
static void test_help(void **state)
{
	char *words[] = { (char *)"command", (char *)"--help", NULL };
	int before = dup(STDOUT_FILENO), code, first;
	FILE *file = tmpfile();
	struct target target;
	char text[512];
	size_t length;

	(void)state;
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	first = read_words(&target, words, &code);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	rewind(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	assert_int_equal(first, -1);
	assert_int_equal(code, EXIT_DONE);
	assert_string_equal(text, "usage: vfio-early command [OPTION...] NAME...\n"
				  "What it does.\n"
				  "  --flag       a flag\n"
				  "  --word WORD  a word\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),	cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_refuse),	cmocka_unit_test(test_too_often),
		cmocka_unit_test(test_exactly), cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
