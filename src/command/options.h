// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "command/arguments.h"
#include "command/preview.h"
#include "lib/textfile.h"
#include "plan/run.h"

/* Options of a command. */
struct options {
	const char *name; /* the command, what stands after its options, and what it does */
	const char *arguments;
	const char *help;
	const char *letters; /* the options that it has, by the letters of options.c */

	struct preview preview; /* what --sysfs to --json of options.c say */
	bool write;
	bool dry_run;
	bool no_regenerate;
	const char *report; /* a directory of reports instead of the usual; NULL for those */
	struct argument_list force;
};

/*
 * Reads the options from a command's arguments. Returns the index of the first
 * that is none, or -1 when there is nothing to do, with *code set to an
 * exit_code; what was wrong was said then.
 */
int options_parse(struct options *options, int count, char *const *arguments, int *code);

/*
 * Adds what --force said to what the settings force. To be called once all
 * other settings are read. Returns 0 or -ENOMEM.
 */
int options_add_force(const struct options *options, struct settings *settings);
