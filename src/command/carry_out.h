// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "command/changeset.h"

/*
 * Writes the files of a change under the lock and keeps what undo needs; nothing is written if one
 * has changed since it was read. Says on standard error what was done, in command's name. Returns
 * an exit_code; stores the number of the record in *record, 0 for none.
 */
int carry_out(const struct changeset *set, const char *command, unsigned int *record);

/* How a command that changes files alone goes about it. */
struct carry_out_options {
	bool dry_run; /* only shows what would change */
	bool yes;     /* does not ask */
};

/*
 * Shows a change, asks with typed as the text to type for that, carries it out, and runs what
 * follows (set->then). Says on standard error what failed. Returns an exit_code; stores in *done
 * whether the files are written and what follows was done.
 */
int carry_out_asked(const struct changeset *set, const char *typed,
		    const struct carry_out_options *options, bool *done);
