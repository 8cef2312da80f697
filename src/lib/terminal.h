// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A stream for people: its width, and whether it has colour. */
struct terminal {
	FILE *out;
	size_t width; /* in columns */
	bool colored;
};

/* Styles for a piece of text. */
enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_BOLD,
	TERMINAL_DIM,
	TERMINAL_RED,
	TERMINAL_YELLOW,
	TERMINAL_GREEN,
};

/*
 * Finds the width and colour of out. The width is the terminal's, else COLUMNS, else 80,
 * and at least 40. Only a terminal has colour, unless NO_COLOR is set (no-color.org) or
 * TERM is dumb or missing.
 */
void terminal_open(struct terminal *terminal, FILE *out);

/*
 * Returns the sequence that starts a style (ECMA-48, SGR), for a format of printf(3); ""
 * without colour. TERMINAL_PLAIN ends every style. The string is static.
 */
const char *terminal_style(const struct terminal *terminal, enum terminal_style style);

/* Writes text in a style and returns to plain. */
void terminal_put(const struct terminal *terminal, enum terminal_style style, const char *text);

/* Returns the columns of UTF-8 text, one for each character. */
size_t terminal_columns(const char *text);

/*
 * Writes text and ends the line. The line already has column columns (counted from 0).
 * Wraps between words and begins each further line with indent blanks. A word wider than
 * the line is not cut.
 */
void terminal_wrap(const struct terminal *terminal, size_t column, size_t indent,
		   enum terminal_style style, const char *text);
