// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * What every fuzz target needs: the entry point, and checks for any input. The arena is
 * that of the unit tests, whose allocations can be made to fail (arena_fail_at()).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../unit/unit.h"
#include "lib/arena.h"
#include "settings/settings.h"

/* Ends the program with an error, naming the condition, unless it holds. */
#define FUZZ_CHECK(what) ((what) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #what))

void fuzz_fail(const char *file, int line, const char *what) __attribute__((noreturn));

/*
 * The entry point of each target, called once for each input by libFuzzer or replay.c.
 * Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns a copy of an input up to its first NUL, with a NUL after it. The caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Cuts the next line off *text, without its newline, in place. Returns NULL at the end. */
char *fuzz_line(char **text);

/* Cuts the next section off *text: up to a line "%%", or the rest. Returns "" at the end. */
char *fuzz_section(char **text);

/* Returns a number that depends on the whole input, for example to choose a failing allocation. */
uint32_t fuzz_hash(const void *data, size_t size);

/*
 * Returns whether text may go to a log or a terminal: no control characters, at most
 * limit bytes.
 */
bool fuzz_is_printable(const char *text, size_t limit);

/*
 * Checks settings read from anything: every value in its range, every problem printable
 * and bounded, every value read back from its own text unchanged.
 */
void fuzz_check_settings(const struct settings *settings);

/* Checks that every origin in source points into text. has_lines: the source counts lines. */
void fuzz_check_places(const struct settings *settings, const char *source, const char *text,
		       bool has_lines);
