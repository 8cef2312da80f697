// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Room for a suggestion; what would be longer is not suggested. */
#define SUGGEST_SIZE 64

/*
 * Returns how many edits lead from text, its first length bytes, to word: insertions,
 * deletions, replacements and swaps of two neighbours. Case and '-' for '_' cost
 * nothing. Returns SUGGEST_SIZE where either is too long to compare.
 */
size_t suggest_distance(const char *text, size_t length, const char *word);

/*
 * Finds the word that was probably meant: the nearest within two edits, or within one where
 * the text has four letters or fewer. Returns its index, or count where none is near.
 */
size_t suggest_word(const char *text, const char *const *words, size_t count);

/*
 * Writes the selector that was probably meant by the first length bytes of text, which
 * parse as none. What it writes parses. Returns false where it finds none.
 */
bool suggest_selector(const char *text, size_t length, char out[static SUGGEST_SIZE]);
