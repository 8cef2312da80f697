// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What every unit test needs: cmocka, which wants these headers before it, and a text buffer. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/arena.h"
#include "lib/util.h"

/* Text that a test puts together to compare it as a whole. */
struct text {
	char bytes[4096];
	size_t used;
};

/* Adds printf's output; the test fails where it does not fit. */
void text_add(struct text *text, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Fails the test, naming the row of a table, unless both strings are the same or both NULL. */
void check_text(const char *row, const char *got, const char *wanted);

/* The same for numbers. */
void check_number(const char *row, long long got, long long wanted);

/* Fails the test with the row's name unless what holds. */
void check_true(const char *row, bool what);

/*
 * Makes the count-th allocation from now on fail, and only that one; 0 for
 * none. Returns true when the failure that was ordered before has happened.
 * Of the arena in strict_arena.c only.
 */
bool arena_fail_at(struct arena *arena, size_t count);
