// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "plan/run.h"

/*
 * The hardened form of selectors: what they pick now, as functions with their
 * paths and ids (explain_pin()), and "members", every endpoint of the groups
 * that go along. Boot then takes the same, or says what has changed.
 */
struct pin {
	struct run *run; /* planned without members, so that no group is refused for having grown */
	struct selector_list members; /* that were pinned before */
};

/* Returns lines of a config file, the arena's; NULL when memory is short. */
const char *pin_text(const struct pin *pin);

/*
 * Writes a config file's text with these lines in the place of those that it had:
 * each line of "devs" keeps what it picks, its comment and its place. path is
 * where the text is from. Returns 0 or -ENOMEM.
 */
int pin_edit(const struct pin *pin, const char *path, const char *text, FILE *out);

/*
 * Whether lines that pin_text() gave make the same plan: the same groups, taken
 * or refused. Returns 0, -ENOMEM, or -EBADMSG where they do not.
 */
int pin_check(const struct pin *pin, const char *text);
