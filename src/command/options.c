// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/command.h"
#include "lib/text.h"

/* Above all characters, which getopt_long() returns for errors. */
#define FIRST_OPTION 256

static void print_usage(const struct option_table *table, FILE *out)
{
	const struct option_row *rows = table->rows;
	int widest = 0;

	for (size_t i = 0; i < table->count; i++) {
		int width = (int)(strlen(rows[i].name) +
				  (rows[i].value ? strlen(rows[i].value) + 1 : 0));

		if (rows[i].help && width > widest)
			widest = width;
	}
	fprintf(out, "usage: vfio-early %s [OPTION...]%s%s\n%s\n", table->command,
		*table->arguments ? " " : "", table->arguments, table->help);
	for (size_t i = 0; i < table->count; i++) {
		int width = (int)strlen(rows[i].name) + (rows[i].value ? 1 : 0);

		if (rows[i].help)
			fprintf(out, "  --%s%s%-*s  %s\n", rows[i].name, rows[i].value ? " " : "",
				widest - width, rows[i].value ? rows[i].value : "", rows[i].help);
	}
}

/* Prints the usage after an error message. Returns -1. */
static int refuse(const struct option_table *table, int *code)
{
	*code = EXIT_MALFORMED;
	print_usage(table, stderr);
	return -1;
}

/* Stores an option's value. Reports an option repeated too often and returns false. */
static bool keep(const struct option_row *row, void *target)
{
	char *place = (char *)target + row->offset;

	if (row->repeated) {
		struct option_values *list = (struct option_values *)(void *)place;

		if (list->count == OPTIONS_MAX) {
			text_print(stderr, "vfio-early: --%s %s: given more than %d times\n",
				   row->name, optarg, OPTIONS_MAX);
			return false;
		}
		list->items[list->count++] = optarg;
	} else if (row->value) {
		*(const char **)(void *)place = optarg;
	} else {
		*(bool *)(void *)place = true;
	}
	return true;
}

/* Says what is wrong with the option at which getopt_long(3) stopped. */
static void say_bad_option(const struct option_table *table, int option, char *const *words)
{
	const char letter[] = { '-', (char)optopt, '\0' };

	if (option == ':')
		text_print(stderr, "vfio-early: %s: %s needs a value\n", table->command,
			   words[optind - 1]);
	else if (optopt >= FIRST_OPTION)
		text_print(stderr, "vfio-early: %s: --%s takes no value\n", table->command,
			   table->rows[optopt - FIRST_OPTION].name);
	else
		text_print(stderr, "vfio-early: %s: unknown option '%s'\n", table->command,
			   optopt ? letter : words[optind - 1]);
}

int options_read(const struct option_table *table, void *target, int count, char *const *arguments,
		 int *code)
{
	const struct option_row *rows = table->rows;
	struct option known[OPTIONS_MAX + 2] = { 0 };
	int option;

	for (size_t i = 0; i < table->count; i++)
		known[i] =
			(struct option){ .name = rows[i].name,
					 .has_arg = rows[i].value ? required_argument : no_argument,
					 .val = FIRST_OPTION + (int)i };
	known[table->count] = (struct option){ .name = "help", .val = 'h' };
	*code = EXIT_DONE;
	optind = 1;
	/* getopt_long() skips the first word. */
	opterr = 0;
	while ((option = getopt_long(count + 1, arguments - 1, ":h", known, NULL)) != -1) {
		if (option == 'h') {
			print_usage(table, stdout);
			return -1;
		}
		if (option < FIRST_OPTION)
			say_bad_option(table, option, arguments - 1);
		if (option < FIRST_OPTION || !keep(&table->rows[option - FIRST_OPTION], target))
			return refuse(table, code);
	}
	return optind - 1;
}

int options_read_exactly(const struct option_table *table, void *target, int wanted, int count,
			 char *const *arguments, int *code)
{
	int first = options_read(table, target, count, arguments, code);

	if (first < 0 || first + wanted == count)
		return first;
	if (first + wanted < count)
		text_print(stderr, "vfio-early: %s: unexpected argument '%s'\n", table->command,
			   arguments[first + wanted]);
	else
		text_print(stderr, "vfio-early: %s: %s is missing\n", table->command,
			   table->arguments);
	return refuse(table, code);
}
