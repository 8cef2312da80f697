// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/util.h"

/*
 * Memory that lives as long as the run and is shared with every process forked later: a
 * parent can read what its worker recorded even when the worker is stuck in the kernel.
 */
struct arena {
	char *base;
	size_t size;
	size_t used;
	bool refused; /* an allocation did not fit */
};

/*
 * Reserves size bytes of address space; only pages that are used cost memory. The struct
 * lies in the reserved memory, so all processes see the same usage. Returns NULL when
 * mmap(2) fails. The caller calls arena_destroy().
 */
struct arena *arena_create(size_t size);

/* Unmaps the memory and everything allocated from it. Accepts NULL. */
void arena_destroy(struct arena *arena);

/*
 * Returns count zeroed objects of size bytes, aligned for any type. Returns NULL and sets
 * refused when the arena is full. The arena owns them; they are never freed one by one.
 */
void *arena_allocate(struct arena *arena, size_t count, size_t size) __attribute__((malloc));

/* Returns a copy of the first length bytes of text with a NUL after them; NULL when full. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* Returns printf's output as a string owned by the arena; NULL when full. */
char *arena_print(struct arena *arena, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Like arena_print(), with the arguments of a variadic caller. */
char *arena_vprint(struct arena *arena, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* Returns how much of the arena is used, for arena_rewind(). */
size_t arena_mark(const struct arena *arena);

/* Frees everything allocated since arena_mark() returned mark. */
void arena_rewind(struct arena *arena, size_t mark);
