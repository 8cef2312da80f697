// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Exit codes, the same for all commands. */
enum exit_code {
	EXIT_DONE = 0,	    /* everything asked for is done */
	EXIT_PARTLY = 1,    /* something was refused, absent, undone or failed */
	EXIT_MALFORMED = 2, /* something written by the user did not parse */
};

/* One command of the program. */
struct command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *help;      /* one sentence */

	/* Runs the command with the arguments after its name. Returns an exit_code. */
	int (*run)(int count, char *const *arguments);
};

/*
 * The commands of this program; NULL after the last. The program that people use has all
 * of them (commands.c), the one in images only those of use there (commands_image.c).
 */
extern const struct command *const commands[];

extern const struct command command_boot;
extern const struct command command_list;
extern const struct command command_image;
extern const struct command command_plan;
extern const struct command command_pin;
extern const struct command command_regenerate;
extern const struct command command_embed;
extern const struct command command_check;
extern const struct command command_bind;
extern const struct command command_release;
extern const struct command command_set;
extern const struct command command_add;
extern const struct command command_remove;
extern const struct command command_show;
extern const struct command command_undo;
extern const struct command command_import;
extern const struct command command_status;
extern const struct command command_confirm;
extern const struct command command_retry;
extern const struct command command_off;
extern const struct command command_on;
extern const struct command command_entry;
extern const struct command command_profile;
extern const struct command command_root;
