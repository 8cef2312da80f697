// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"
#include "lib/text.h"

#define OUT_OF_MEMORY "out of memory"

/*
 * Formats into the arena; there is always something to say. Names from sysfs and words of files are
 * in it, which reach terminals and logs: it is printable (text.h).
 */
#define SAY(arena, ...)                                       \
	({                                                    \
		char *said = arena_print(arena, __VA_ARGS__); \
		if (said)                                     \
			text_make_printable(said);            \
		said ? (const char *)said : OUT_OF_MEMORY;    \
	})
