// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "command/changeset.h"

/*
 * Writes the files of a change under the lock and keeps what undo needs; nothing is written if one
 * has changed since it was read. Says on standard error what was done, in command's name. Returns
 * an exit_code; stores the number of the record in *record, 0 for none.
 */
int carry_out(const struct changeset *set, const char *command, unsigned int *record);
