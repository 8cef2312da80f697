// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "command/arguments.h"
#include "command/preview.h"
#include "lib/textfile.h"
#include "plan/run.h"

/* The options of a command. */
struct options {
	const char *name; /* the command, the arguments after its options, and its help */
	const char *arguments;
	const char *help;
	const char *letters; /* the options that it has, by their letters in options.c */

	struct preview preview; /* values of --sysfs to --json */
	bool write;
	bool dry_run;
	bool no_regenerate;
	const char *report; /* a directory of reports; NULL for the usual ones */
	struct argument_list force;
};

/*
 * Reads a command's options. Returns the index of the first argument that is no option.
 * Returns -1 with an exit_code in *code if help was printed or an error was reported.
 */
int options_parse(struct options *options, int count, char *const *arguments, int *code);

/*
 * Adds the values of --force to the settings. Call after reading all other settings.
 * Returns 0 or -ENOMEM.
 */
int options_add_force(const struct options *options, struct settings *settings);
