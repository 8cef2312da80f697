// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replaces arena.c: each allocation is one of malloc(3), so that the address sanitizer
 * sees overruns and uses after a rewind, and any allocation can be made to fail.
 */
#include "lib/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

struct strict_arena {
	struct arena arena; /* used counts allocations here */
	void **blocks;
	size_t room;
	size_t fail_in; /* allocations until one fails; 0 for none */
	bool failed;
	struct strict_arena *next;
};

/* All of them, so that the sanitizer does not report those of a failed test as leaked. */
static struct strict_arena *arenas;

static struct strict_arena *strict(struct arena *arena)
{
	return (struct strict_arena *)arena;
}

struct arena *arena_create(size_t size)
{
	struct strict_arena *arena = calloc(1, sizeof(*arena));

	assert_non_null(arena);
	arena->arena.size = size;
	arena->next = arenas;
	arenas = arena;
	return &arena->arena;
}

void arena_destroy(struct arena *arena)
{
	struct strict_arena **place = &arenas;

	if (!arena)
		return;
	while (*place != strict(arena))
		place = &(*place)->next;
	*place = strict(arena)->next;
	arena_rewind(arena, 0);
	free(strict(arena)->blocks);
	free(arena);
}

bool arena_fail_at(struct arena *arena, size_t count)
{
	bool failed = strict(arena)->failed;

	strict(arena)->fail_in = count;
	strict(arena)->failed = false;
	return failed;
}

void *arena_allocate(struct arena *arena, size_t count, size_t size)
{
	struct strict_arena *own = strict(arena);
	void *block;

	if (own->fail_in && --own->fail_in == 0) {
		own->failed = true;
		return NULL;
	}
	if (arena->used == own->room) {
		own->room = own->room ? 2 * own->room : 64;
		own->blocks = realloc(own->blocks, own->room * sizeof(*own->blocks));
		assert_non_null(own->blocks);
	}
	block = calloc(count, size);
	assert_non_null(block);
	own->blocks[arena->used++] = block;
	return block;
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
	char *text = NULL, *copy;
	int length = vasprintf(&text, format, arguments);

	assert_true(length >= 0);
	copy = arena_copy(arena, text, (size_t)length);
	free(text);
	return copy;
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
	while (arena->used > mark)
		free(strict(arena)->blocks[--arena->used]);
}
