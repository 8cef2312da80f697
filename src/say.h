// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "arena.h"

#define OUT_OF_MEMORY "out of memory"

/* Formats into the arena; there is always something to say. */
#define SAY(arena, ...)                                             \
	({                                                          \
		const char *said = arena_print(arena, __VA_ARGS__); \
		said ? said : OUT_OF_MEMORY;                        \
	})
