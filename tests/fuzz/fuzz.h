// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * What every fuzz target needs: the entry point's form, and what must hold of
 * any input. The arena is that of the unit tests, whose allocations can be made
 * to fail (arena_fail_at()).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../unit/unit.h"
#include "lib/arena.h"
#include "settings/settings.h"

/* Ends the program as an error unless what holds; the name of what is said. */
#define FUZZ_CHECK(what) ((what) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #what))

void fuzz_fail(const char *file, int line, const char *what) __attribute__((noreturn));

/*
 * The entry point of each target, called for one input after another by
 * libFuzzer or by replay.c. Returns 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Copies an input up to its first NUL, with a NUL after it; to be freed. */
char *fuzz_text(const uint8_t *data, size_t size);

/*
 * Cuts the next line off *text, without its newline; NULL at the end. The text
 * is taken apart.
 */
char *fuzz_line(char **text);

/*
 * Cuts the next section off *text: up to a line that is "%%", or all of the
 * rest. Returns "" when there is no more.
 */
char *fuzz_section(char **text);

/* A number that depends on all of the input: where its allocations are to fail, for one. */
uint32_t fuzz_hash(const void *data, size_t size);

/*
 * Whether text is one that may go to a log or a terminal: no control
 * characters, and no more than limit bytes.
 */
bool fuzz_is_printable(const char *text, size_t limit);

/*
 * Checks what must hold of settings read from anything at all: every value in
 * its range, every problem printable and bounded, every value read back from
 * its own text as the same.
 */
void fuzz_check_settings(const struct settings *settings);

/*
 * Checks that everything that settings have from source lies in text, where
 * they say that it does. has_lines tells whether they count lines.
 */
void fuzz_check_places(const struct settings *settings, const char *source, const char *text,
		       bool has_lines);
