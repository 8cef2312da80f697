// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/util.h"

/*
 * Memory that lives as long as the run and that processes forked later share
 * with us: what a worker records there can be read by its parent even if the
 * worker itself is stuck in the kernel and never comes back.
 */
struct arena {
	char *base;
	size_t size;
	size_t used;
	bool refused; /* something was asked for that there was no room for */
};

/*
 * Reserves size bytes of address space; only pages that are used cost memory.
 * Returns NULL when the kernel has none. The arena itself lies inside, so that
 * all who share the memory share what is used of it.
 */
struct arena *arena_create(size_t size);

/* Returns the memory to the kernel; everything allocated from it is gone. */
void arena_destroy(struct arena *arena);

/*
 * Returns count zeroed objects of size bytes, aligned for any type. Returns NULL
 * when the arena is full. Never freed one by one.
 */
void *arena_allocate(struct arena *arena, size_t count, size_t size) __attribute__((malloc));

/* Copies the first length bytes of text, with a NUL after them; NULL when full. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* Returns printf's output as a string of the arena; NULL when full. */
char *arena_print(struct arena *arena, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Returns the place up to which arena is used now, for arena_rewind(). */
size_t arena_mark(const struct arena *arena);

/* Takes back everything allocated since the mark was given. */
void arena_rewind(struct arena *arena, size_t mark);
