// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* More options than any command has or repeats. */
#define OPTIONS_MAX 32

/* A long option of a command, and where the command's own struct keeps its value. */
struct option_row {
	const char *name;  /* without "--" */
	const char *value; /* name of its value; NULL for a switch */
	const char *help;  /* NULL hides the option */
	size_t offset;	   /* of a const char * for a value, or a bool for a switch */
	bool repeated;	   /* of a struct option_values instead */
};

/* The values of an option that may be repeated, in their order. */
struct option_values {
	const char *items[OPTIONS_MAX];
	size_t count;
};

/* All options of a command, and the text of its --help before them. */
struct option_table {
	const char *command;
	const char *arguments; /* what follows the options; "" for nothing */
	const char *help;
	const struct option_row *rows;
	size_t count; /* at most OPTIONS_MAX */
};

/*
 * Reads a command's options into target, the struct of the table's offsets. Values are
 * not copied. Returns the index of the first argument that is no option. Returns -1 with
 * an exit_code in *code if help was printed or an error was reported.
 */
int options_read(const struct option_table *table, void *target, int count, char *const *arguments,
		 int *code);

/* Like options_read() for a command that takes exactly wanted arguments after its options. */
int options_read_exactly(const struct option_table *table, void *target, int wanted, int count,
			 char *const *arguments, int *code);
