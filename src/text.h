// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "arena.h"

/* Text from files, names and attributes, before it reaches a terminal or a shell. */

/*
 * Returns the length of the UTF-8 sequence that text begins with; 0 where it is
 * none: a second byte that does not continue, an overlong form, a surrogate, or
 * a number past U+10FFFF.
 */
size_t text_utf8_length(const char *text);

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
