// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "lib/text.h"

#define OUT_OF_MEMORY "out of memory"

/*
 * Returns formatted text owned by the arena, made printable (text.h) because names from
 * sysfs and words from files are in it. Returns OUT_OF_MEMORY when the arena is full,
 * never NULL.
 */
#define SAY(arena, ...)                                       \
	({                                                    \
		char *said = arena_print(arena, __VA_ARGS__); \
		if (said)                                     \
			text_make_printable(said);            \
		said ? (const char *)said : OUT_OF_MEMORY;    \
	})
