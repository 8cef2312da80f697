// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"

#include <stdalign.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define SIZE 65536

static int create(void **state)
{
	*state = arena_create(SIZE);
	return *state ? 0 : -1;
}

static int destroy(void **state)
{
	arena_destroy(*state);
	return 0;
}

static void test_objects_are_apart_aligned_and_zeroed(void **state)
{
	unsigned char *last_end = NULL;

	for (size_t size = 1; size < 100; size++) {
		unsigned char *object = arena_allocate(*state, 3, size);

		assert_non_null(object);
		assert_int_equal((uintptr_t)object % alignof(max_align_t), 0);
		assert_true(!last_end || object >= last_end);
		for (size_t i = 0; i < 3 * size; i++)
			assert_int_equal(object[i], 0);
		memset(object, 0xff, 3 * size);
		last_end = object + 3 * size;
	}
}

static void test_full(void **state)
{
	struct arena *arena = *state;
	size_t used, got = 0;

	assert_null(arena_allocate(arena, 1, SIZE));
	/* A failed allocation uses nothing. */
	used = arena_mark(arena);
	assert_null(arena_allocate(arena, SIZE_MAX, 2));
	assert_null(arena_allocate(arena, SIZE_MAX / 2 + 2, 2));
	assert_null(arena_allocate(arena, 1, SIZE_MAX));
	assert_null(arena_copy(arena, "", SIZE_MAX - 1));
	assert_int_equal(arena_mark(arena), used);
	while (arena_allocate(arena, 1, 1000))
		got++;
	assert_true(got >= SIZE / 1024 - 2 && got <= SIZE / 1000);
	assert_true(arena_mark(arena) <= SIZE);
	/* The remaining memory is still usable. */
	while (arena_allocate(arena, 1, 1))
		;
	assert_null(arena_print(arena, "%s", "no room for this"));
	assert_null(arena_copy(arena, "", 0));
	assert_true(arena_mark(arena) <= SIZE);
}

static void test_texts(void **state)
{
	static const char bytes[] = { 'a', 'b', 'c', 'd' };
	char *copy = arena_copy(*state, bytes, 3);
	char *empty = arena_copy(*state, bytes, 0);
	char *printed = arena_print(*state, "%s-%05d-%c", "text", 42, 'z');
	char *wide = arena_print(*state, "%3000s", "end");

	assert_string_equal(copy, "abc");
	assert_string_equal(empty, "");
	assert_string_equal(printed, "text-00042-z");
	assert_int_equal(strlen(wide), 3000);
	assert_string_equal(wide + 2997, "end");
	assert_string_equal(copy, "abc");
}

static void test_rewind_zeroes(void **state)
{
	size_t mark = arena_mark(*state);
	char *kept = arena_copy(*state, "kept", 4);
	size_t later = arena_mark(*state);
	char *object = arena_allocate(*state, 1, 500), *again;

	memset(object, 0xff, 500);
	arena_rewind(*state, later);
	again = arena_allocate(*state, 1, 500);
	assert_ptr_equal(again, object);
	for (size_t i = 0; i < 500; i++)
		assert_int_equal(again[i], 0);
	assert_string_equal(kept, "kept");
	arena_rewind(*state, mark);
	assert_int_equal(arena_mark(*state), mark);
}

/* A parent sees what a child writes and allocates, even if the child dies. */
static void test_shared_with_children(void **state)
{
	struct arena *arena = *state;
	char **place = arena_allocate(arena, 1, sizeof(*place));
	size_t used = arena_mark(arena);
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		*place = arena_print(arena, "from %s", "the child");
		_exit(*place ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_string_equal(*place, "from the child");
	assert_true(arena_mark(arena) > used);
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_null(arena_create(SIZE_MAX / 2));
	arena_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_objects_are_apart_aligned_and_zeroed, create,
						destroy),
		cmocka_unit_test_setup_teardown(test_full, create, destroy),
		cmocka_unit_test_setup_teardown(test_texts, create, destroy),
		cmocka_unit_test_setup_teardown(test_rewind_zeroes, create, destroy),
		cmocka_unit_test_setup_teardown(test_shared_with_children, create, destroy),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
