// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Text for people: how wide it may be, and what of it stands out. */
struct terminal {
	FILE *out;
	size_t width; /* in columns */
	bool colored;
};

/* Ways to write a piece of text. */
enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_BOLD,
	TERMINAL_DIM,
	TERMINAL_RED,
	TERMINAL_YELLOW,
	TERMINAL_GREEN,
};

/*
 * Finds out what out is. The width is the terminal's own, else COLUMNS, else 80, and
 * at least 40. There is colour on a terminal only, unless NO_COLOR is set
 * (no-color.org) or TERM is dumb or missing.
 */
void terminal_open(struct terminal *terminal, FILE *out);

/*
 * The sequence that starts a style (ECMA-48, SGR), for a format of printf(3); "" where
 * there is no colour. TERMINAL_PLAIN ends every other one.
 */
const char *terminal_style(const struct terminal *terminal, enum terminal_style style);

/* Writes a piece of text in a style, and then goes on without. */
void terminal_put(const struct terminal *terminal, enum terminal_style style, const char *text);

/* The columns that UTF-8 text takes, with one for each character. */
size_t terminal_columns(const char *text);

/*
 * Writes the words of text from column (counted from 0), where the line is already,
 * and ends the line. What is too wide goes on in further lines behind so many
 * blanks; nothing is cut, so that a longer word stands out.
 */
void terminal_wrap(const struct terminal *terminal, size_t column, size_t indent,
		   enum terminal_style style, const char *text);
