// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What every unit test needs: cmocka with the headers that it wants first, and a text buffer. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/arena.h"
#include "lib/util.h"

/* Text that a test builds and then compares as a whole. */
struct text {
	char bytes[4096];
	size_t used;
};

/* Appends printf's output. Fails the test if it does not fit. */
void text_add(struct text *text, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Fails the test, naming the row of a table, unless both strings are the same or both NULL. */
void check_text(const char *row, const char *got, const char *wanted);

/* Like check_text() for numbers. */
void check_number(const char *row, long long got, long long wanted);

/* Fails the test, naming the row, unless what is true. */
void check_true(const char *row, bool what);

/*
 * Makes the count-th allocation from now on fail; 0 for none. Returns whether the failure
 * set before has happened. Only for the arena of strict_arena.c.
 */
bool arena_fail_at(struct arena *arena, size_t count);

/* Fails unless the text is one printable line that shows nothing unset or unformatted. */
void check_clean(const char *text);
