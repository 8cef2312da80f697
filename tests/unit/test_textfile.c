// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/textfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scratch.h"
#include "unit.h"

struct place {
	struct scratch scratch;
	struct arena *arena;
	char path[256];
};

static int create(void **state)
{
	static struct place place;

	scratch_create(&place.scratch);
	place.arena = arena_create(0);
	snprintf(place.path, sizeof(place.path), "%s/file", place.scratch.path);
	*state = &place;
	return 0;
}

static int destroy(void **state)
{
	struct place *place = *state;

	arena_destroy(place->arena);
	scratch_remove(&place->scratch);
	return 0;
}

/* Sizes around those at which more room is taken. */
static void test_sizes(void **state)
{
	static const size_t sizes[] = { 0,     1,     4095,  4096,    4097,
					16383, 16384, 16385, 1048574, 1048575 };
	struct place *place = *state;
	char *written = malloc(1 << 20), *text;

	assert_non_null(written);
	memset(written, 'x', 1 << 20);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		written[sizes[i]] = '\0';
		scratch_write(&place->scratch, "file", written);
		assert_int_equal(textfile_read(place->arena, place->path, &text), 0);
		assert_int_equal(strlen(text), sizes[i]);
		assert_string_equal(text, written);
		written[sizes[i]] = 'x';
	}
	free(written);
}

static void test_too_large(void **state)
{
	struct place *place = *state;
	FILE *file = fopen(place->path, "w");
	size_t mark = arena_mark(place->arena);
	char *text;

	assert_non_null(file);
	assert_int_equal(fseek(file, 8 << 20, SEEK_SET), 0);
	putc('x', file);
	fclose(file);
	assert_int_equal(textfile_read(place->arena, place->path, &text), -EFBIG);
	assert_int_equal(arena_mark(place->arena), mark);
}

static void test_no_file(void **state)
{
	struct place *place = *state;
	char *text;

	assert_int_equal(textfile_read(place->arena, place->path, &text), -ENOENT);
	assert_int_equal(textfile_read(place->arena, place->scratch.path, &text), -EISDIR);
}

/* A FIFO where the file should be holds nobody up, and is not taken for an empty one. */
static void test_fifo(void **state)
{
	struct place *place = *state;
	char *text;

	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_int_equal(textfile_read(place->arena, place->path, &text), -EINVAL);
}

/* Files of /proc say that they are empty. */
static void test_proc(void **state)
{
	struct place *place = *state;
	char *text;

	assert_int_equal(textfile_read(place->arena, "/proc/self/status", &text), 0);
	assert_int_equal(strncmp(text, "Name:", 5), 0);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

/* No text ends before its file does. */
static void test_nul(void **state)
{
	struct place *place = *state;
	FILE *file = fopen(place->path, "w");
	char *text;

	assert_non_null(file);
	assert_int_equal(fwrite("a\0b\n\0", 1, 5, file), 5);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(textfile_read(place->arena, place->path, &text), 0);
	assert_string_equal(text, "a\032b\n\032");
	assert_int_equal(text[1], TEXTFILE_NUL);
}

static void test_no_memory(void **state)
{
	struct place *place = *state;
	char *text;

	scratch_write(&place->scratch, "file", "x");
	arena_fail_at(place->arena, 1);
	assert_int_equal(textfile_read(place->arena, place->path, &text), -ENOMEM);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sizes), TEST(test_too_large), TEST(test_no_file), TEST(test_fifo),
		TEST(test_proc),  TEST(test_no_memory), TEST(test_nul),
	};

	return cmocka_run_group_tests_name("textfile", tests, NULL, NULL);
}
