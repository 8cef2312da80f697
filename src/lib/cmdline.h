// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One parameter of a kernel command line. The strings point into the text being split. */
struct cmdline_token {
	const char *key;
	const char *value;   /* NULL without '=' */
	size_t column;	     /* where the key starts in the whole text, counted from 1 */
	size_t value_column; /* where the value starts; the key's column without a value */
	bool misquoted; /* has quotes other than one pair around the value or the whole parameter */
};

/*
 * Takes the next parameter off a kernel command line, quoted as for next_arg()
 * (lib/cmdline.c in the kernel): blanks separate parameters, double quotes keep blanks
 * together and are removed at both ends of a value or of the whole parameter. *position
 * is 0 at first and moves on with each call. Changes text in place. Returns 1, or 0 at
 * the end.
 */
int cmdline_next(char *text, size_t *position, struct cmdline_token *token);
