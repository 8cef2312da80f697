// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "plan/run.h"

/*
 * The hardened form of selectors: the functions that they pick now, with paths and ids
 * (explain_pin()), and "members", every endpoint of their groups. Boot then takes the
 * same, or says what has changed. The run is planned with members_open, so that no group
 * is refused for having grown.
 */

/* Returns lines of a config file, owned by the arena; NULL when memory runs out. */
const char *pin_text(const struct run *run);

/*
 * Writes a config file's text with these lines in place of its own: each line of "devs"
 * keeps its place and comment, and what it picks. Profiles stay as they are. path names the text's
 * file. Returns 0 or -ENOMEM.
 */
int pin_edit(const struct run *run, const char *path, const char *text, FILE *out);

/*
 * Like pin_edit() for the lines of a profile, which must be in the text; the run is planned with
 * it. Returns 0, -ENOENT or -ENOMEM.
 */
int pin_edit_profile(const struct run *run, const char *path, const char *text, const char *profile,
		     FILE *out);

/*
 * Checks that lines from pin_text() give the same plan: the same groups, taken or
 * refused. Returns 0, -ENOMEM, or -EBADMSG if the plans differ.
 */
int pin_check(const struct run *run, const char *text);
