// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Room for a suggestion. Longer ones are dropped. */
#define SUGGEST_SIZE 64

/* Words with so many edits between them are not mistaken for each other. */
#define SUGGEST_FAR 3

/*
 * Returns the number of edits from the first length bytes of text to word: insertions,
 * deletions, replacements and swaps of neighbours. Case, and '-' for '_', cost nothing.
 * Returns SUGGEST_SIZE if either is too long to compare. From SUGGEST_FAR on the number may
 * be too small.
 */
size_t suggest_distance(const char *text, size_t length, const char *word);

/*
 * Returns the index of the word probably meant: the nearest within two edits, or within
 * one if the text has at most four letters. Returns count if none is near.
 */
size_t suggest_word(const char *text, const char *const *words, size_t count);

/*
 * Writes the selector probably meant by the first length bytes of text, which do not
 * parse. The result parses. Returns false for none.
 */
bool suggest_selector(const char *text, size_t length, char out[static SUGGEST_SIZE]);
