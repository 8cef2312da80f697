// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One parameter of a kernel command line; the strings belong to the split text. */
struct cmdline_token {
	const char *key;
	const char *value;   /* NULL where there was no '=' */
	size_t column;	     /* where the key starts in the whole text, counted from 1 */
	size_t value_column; /* where the value starts; that of the key where there is none */
	bool misquoted;	     /* it holds a quote, and not one pair around its value or all of it */
};

/*
 * Takes the next parameter off a kernel command line, with the quoting of
 * next_arg() in the kernel's lib/cmdline.c: blanks separate, double quotes
 * hold blanks together and are taken off at both ends of a value or of the
 * whole parameter. *position is where to go on, 0 at first; text is changed
 * in place. Returns 1, or 0 at the end.
 */
int cmdline_next(char *text, size_t *position, struct cmdline_token *token);
