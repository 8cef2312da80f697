// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct arena *arena_create(size_t size)
{
	struct arena *arena;
	void *base = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return NULL;
	arena = base;
	*arena = (struct arena){ .base = base, .size = size, .used = sizeof(*arena) };
	return arena;
}

void arena_destroy(struct arena *arena)
{
	if (arena)
		munmap(arena->base, arena->size);
}

void *arena_allocate(struct arena *arena, size_t count, size_t size)
{
	size_t align = alignof(max_align_t);
	size_t start = (arena->used + align - 1) / align * align;
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || start > arena->size ||
	    bytes > arena->size - start) {
		arena->refused = true;
		return NULL;
	}
	arena->used = start + bytes;
	return arena->base + start;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_allocate(arena, length + 1, 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

char *arena_vprint(struct arena *arena, const char *format, va_list arguments)
{
	/* Prints straight into the free space, which saves measuring and copying. */
	char *text = arena_allocate(arena, 0, 1);
	size_t room = text ? arena->size - arena->used : 0;
	int length;

	if (!room)
		return NULL;
	length = vsnprintf(text, room, format, arguments);
	if (length < 0 || (size_t)length >= room) {
		memset(text, 0, room);
		arena->refused = true;
		return NULL;
	}
	arena->used += (size_t)length + 1;
	return text;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = arena_vprint(arena, format, arguments);
	va_end(arguments);
	return text;
}

size_t arena_mark(const struct arena *arena)
{
	return arena->used;
}

void arena_rewind(struct arena *arena, size_t mark)
{
	/* Memory that is reused must be zeroed, as fresh pages are. */
	memset(arena->base + mark, 0, arena->used - mark);
	arena->used = mark;
}
