// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* More options than any command has, and more often than any is repeated. */
#define ARGUMENTS_MAX 32

/* An option of a command, and where in the command's own structure what it says is kept. */
struct argument {
	const char *name;  /* without "--" */
	const char *value; /* what its value is called; NULL for one that has none */
	const char *help;  /* NULL for one that is not spoken of */
	size_t offset;	   /* of a const char * for a value, of a bool without one */
	bool repeated;	   /* it is a struct argument_list instead */
};

struct argument_list {
	const char *items[ARGUMENTS_MAX];
	size_t count;
};

/* Text of --help before the options. */
struct usage {
	const char *command;
	const char *arguments; /* what stands after the options; "" for nothing */
	const char *help;
};

/*
 * Reads the options from a command's arguments into target. table has at most
 * ARGUMENTS_MAX entries. Returns the index of the first argument that is no option, or -1
 * when there is nothing to do, with *code set to an exit_code: help was asked for, or
 * something was wrong, which was said.
 */
int arguments_read(const struct usage *usage, const struct argument *table, size_t size,
		   void *target, int count, char *const *arguments, int *code);

/* The same for a command that wants so many arguments after its options, no more and no less. */
int arguments_read_exactly(const struct usage *usage, const struct argument *table, size_t size,
			   void *target, int wanted, int count, char *const *arguments, int *code);
