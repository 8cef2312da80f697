// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* More options than any command has or repeats. */
#define ARGUMENTS_MAX 32

/* An option of a command, and where the command's own struct keeps its value. */
struct argument {
	const char *name;  /* without "--" */
	const char *value; /* name of its value; NULL for a switch */
	const char *help;  /* NULL hides the option */
	size_t offset;	   /* of a const char * for a value, or a bool for a switch */
	bool repeated;	   /* of a struct argument_list instead */
};

struct argument_list {
	const char *items[ARGUMENTS_MAX];
	size_t count;
};

/* The text of --help before the options. */
struct usage {
	const char *command;
	const char *arguments; /* what follows the options; "" for nothing */
	const char *help;
};

/*
 * Reads a command's options into target. table has at most ARGUMENTS_MAX entries. Returns
 * the index of the first argument that is no option. Returns -1 with an exit_code in
 * *code if help was printed or an error was reported.
 */
int arguments_read(const struct usage *usage, const struct argument *table, size_t size,
		   void *target, int count, char *const *arguments, int *code);

/* Like arguments_read() for a command that takes exactly wanted arguments after its options. */
int arguments_read_exactly(const struct usage *usage, const struct argument *table, size_t size,
			   void *target, int wanted, int count, char *const *arguments, int *code);
