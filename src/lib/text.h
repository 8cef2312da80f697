// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/arena.h"
#include "lib/util.h"

/* Makes text from files, names and attributes safe for a terminal or a shell. */

/*
 * Returns the length of the UTF-8 sequence that text begins with. Returns 0 for bytes
 * that are not UTF-8: a missing continuation byte, an overlong form, a surrogate, or a
 * number past U+10FFFF.
 */
size_t text_utf8_length(const char *text);

/*
 * Returns whether a sequence of length bytes (from text_utf8_length()) is a control
 * character (C0, DEL, C1) or a mark that changes the direction of writing (U+202A to
 * U+202E, U+2066 to U+2069).
 */
bool text_is_control(const char *text, size_t length);

/*
 * Returns how many of the first length bytes of text a terminal shows unchanged. Stops at
 * a NUL, at a control character (text_is_control(), or a C1 byte), and at bytes that are
 * not UTF-8. text has a NUL somewhere after its length bytes.
 */
size_t text_plain_length(const char *text, size_t length);

/* Replaces each byte at which text_plain_length() stops with '?'. The length stays the same. */
void text_make_printable(char *text);

/*
 * Like text_make_printable(), but in a copy owned by the arena. Returns text itself if it
 * is printable, and "?" when memory runs out.
 */
const char *text_printable(struct arena *arena, const char *text);

/*
 * Returns a word that a shell reads back as text: text itself if it needs no quoting,
 * else a single-quoted string owned by the arena. Returns "''", which names no file, when
 * memory runs out.
 */
const char *text_quote(struct arena *arena, const char *text);

/*
 * Appends text at end, where a string ends, and cuts it at last, the last byte that may hold
 * the NUL. Returns the string's new end. Much cheaper than printf().
 */
char *text_append(char *end, const char *last, const char *text);

/* Like text_append(), but appends a number in decimal digits. */
char *text_append_number(char *end, const char *last, unsigned int number);

/* Returns whether two names of modules or parameters are equal but for '-' and '_'. */
bool text_same_name(const char *a, const char *b);

/*
 * Prints a line or a part of one for people. Control characters in the arguments are
 * replaced as in text_make_printable(); only a line feed at the end of the format stays.
 */
void text_print(FILE *out, const char *format, ...) PRINTF_FORMAT(2, 3);
