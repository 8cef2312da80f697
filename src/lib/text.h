// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/arena.h"
#include "lib/util.h"

/* Text from files, names and attributes, before it reaches a terminal or a shell. */

/*
 * Returns the length of the UTF-8 sequence that text begins with; 0 where it is
 * none: a second byte that does not continue, an overlong form, a surrogate, or
 * a number past U+10FFFF.
 */
size_t text_utf8_length(const char *text);

/*
 * Whether a sequence of length bytes (text_utf8_length()) is a control character (C0, DEL, C1), or
 * a mark that turns the direction of writing: U+202A to U+202E, U+2066 to U+2069.
 */
bool text_is_control(const char *text, size_t length);

/*
 * Returns how many bytes of text, which has length bytes and a NUL somewhere
 * after, a terminal shows as they are. The byte after them is the NUL, or part
 * of a control character (C0, DEL, C1 in UTF-8 or as a byte), of a mark that turns
 * the direction of writing, or of no UTF-8.
 */
size_t text_plain_length(const char *text, size_t length);

/* Replaces each byte that text_plain_length() stops at with '?'. The length stays. */
void text_make_printable(char *text);

/* The same in a copy. Returns text itself where it is plain; of the arena elsewhere, or "?"
 * where memory runs out. */
const char *text_printable(struct arena *arena, const char *text);

/*
 * Returns a word that a shell reads back as text: text itself where all its
 * letters are plain, or in single quotes. Of the arena; where memory runs out,
 * "''", which names no file.
 */
const char *text_quote(struct arena *arena, const char *text);

/* Whether two names of modules or parameters are the same, which may have '-' for '_'. */
bool text_same_name(const char *a, const char *b);

/*
 * Prints a line, or a part of one, for people. What the arguments bring along is made printable, a
 * line feed too; one at the end of the format stays.
 */
void text_print(FILE *out, const char *format, ...) PRINTF_FORMAT(2, 3);
