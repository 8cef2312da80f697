// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/command.h"
#include "lib/text.h"

/* Above all characters, which getopt_long() returns for errors. */
#define FIRST_OPTION 256

static void print_usage(const struct usage *usage, const struct argument *table, size_t size,
			FILE *out)
{
	int widest = 0;

	for (size_t i = 0; i < size; i++) {
		int width = (int)(strlen(table[i].name) +
				  (table[i].value ? strlen(table[i].value) + 1 : 0));

		if (table[i].help && width > widest)
			widest = width;
	}
	fprintf(out, "usage: vfio-early %s [OPTION...]%s%s\n%s\n", usage->command,
		*usage->arguments ? " " : "", usage->arguments, usage->help);
	for (size_t i = 0; i < size; i++) {
		int width = (int)strlen(table[i].name) + (table[i].value ? 1 : 0);

		if (table[i].help)
			fprintf(out, "  --%s%s%-*s  %s\n", table[i].name, table[i].value ? " " : "",
				widest - width, table[i].value ? table[i].value : "",
				table[i].help);
	}
}

/* Prints the usage after an error message. Returns -1. */
static int refuse(const struct usage *usage, const struct argument *table, size_t size, int *code)
{
	*code = EXIT_MALFORMED;
	print_usage(usage, table, size, stderr);
	return -1;
}

/* Stores an option's value. Reports an option repeated too often and returns false. */
static bool keep(const struct argument *argument, void *target)
{
	char *place = (char *)target + argument->offset;

	if (argument->repeated) {
		struct argument_list *list = (struct argument_list *)(void *)place;

		if (list->count == ARGUMENTS_MAX) {
			text_print(stderr, "vfio-early: --%s %s: given more than %d times\n",
				   argument->name, optarg, ARGUMENTS_MAX);
			return false;
		}
		list->items[list->count++] = optarg;
	} else if (argument->value) {
		*(const char **)(void *)place = optarg;
	} else {
		*(bool *)(void *)place = true;
	}
	return true;
}

/* Says what is wrong with the option at which getopt_long(3) stopped. */
static void say_bad_option(const struct usage *usage, const struct argument *table, int option,
			   char *const *words)
{
	const char letter[] = { '-', (char)optopt, '\0' };

	if (option == ':')
		text_print(stderr, "vfio-early: %s: %s needs a value\n", usage->command,
			   words[optind - 1]);
	else if (optopt >= FIRST_OPTION)
		text_print(stderr, "vfio-early: %s: --%s takes no value\n", usage->command,
			   table[optopt - FIRST_OPTION].name);
	else
		text_print(stderr, "vfio-early: %s: unknown option '%s'\n", usage->command,
			   optopt ? letter : words[optind - 1]);
}

int arguments_read(const struct usage *usage, const struct argument *table, size_t size,
		   void *target, int count, char *const *arguments, int *code)
{
	struct option known[ARGUMENTS_MAX + 2] = { 0 };
	int option;

	for (size_t i = 0; i < size; i++)
		known[i] = (struct option){ .name = table[i].name,
					    .has_arg = table[i].value ? required_argument
								      : no_argument,
					    .val = FIRST_OPTION + (int)i };
	known[size] = (struct option){ .name = "help", .val = 'h' };
	*code = EXIT_DONE;
	optind = 1;
	/* getopt_long() skips the first word. */
	opterr = 0;
	while ((option = getopt_long(count + 1, arguments - 1, ":h", known, NULL)) != -1) {
		if (option == 'h') {
			print_usage(usage, table, size, stdout);
			return -1;
		}
		if (option < FIRST_OPTION)
			say_bad_option(usage, table, option, arguments - 1);
		if (option < FIRST_OPTION || !keep(&table[option - FIRST_OPTION], target))
			return refuse(usage, table, size, code);
	}
	return optind - 1;
}

int arguments_read_exactly(const struct usage *usage, const struct argument *table, size_t size,
			   void *target, int wanted, int count, char *const *arguments, int *code)
{
	int first = arguments_read(usage, table, size, target, count, arguments, code);

	if (first < 0 || first + wanted == count)
		return first;
	if (first + wanted < count)
		text_print(stderr, "vfio-early: %s: unexpected argument '%s'\n", usage->command,
			   arguments[first + wanted]);
	else
		text_print(stderr, "vfio-early: %s: %s is missing\n", usage->command,
			   usage->arguments);
	return refuse(usage, table, size, code);
}
