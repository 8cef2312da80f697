// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/generators/rdinit/run has cpio(1) read an archive; here its bytes are checked. */
#include "image/cpio_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define HEADER 110

struct made {
	struct arena *arena;
	struct cpio cpio;
	char *bytes;
	size_t size;
};

static int create(void **state)
{
	static struct made made;

	made = (struct made){ .arena = arena_create(0) };
	cpio_start(&made.cpio, open_memstream(&made.bytes, &made.size), made.arena);
	assert_non_null(made.cpio.out);
	*state = &made;
	return 0;
}

static int destroy(void **state)
{
	struct made *made = *state;

	fclose(made->cpio.out);
	free(made->bytes);
	arena_destroy(made->arena);
	return 0;
}

/* Returns a field of a member's header: 0 the inode, 1 the mode, and so on. */
static unsigned long field(const char *member, size_t number)
{
	char text[9] = "";

	memcpy(text, member + 6 + 8 * number, 8);
	return strtoul(text, NULL, 16);
}

/* Writes a line for each member and checks what all have in common. */
static void list(const struct made *made, struct text *text)
{
	size_t at = 0;

	for (;;) {
		const char *member = made->bytes + at;
		size_t size;

		assert_true(at + HEADER <= made->size);
		assert_memory_equal(member, "070701", 6);
		assert_int_equal(at % 4, 0);
		for (size_t i = 2; i <= 3; i++)
			assert_int_equal(field(member, i), 0);
		assert_int_equal(field(member, 11), strlen(member + HEADER) + 1);
		size = field(member, 6);
		at += (HEADER + field(member, 11) + 3) / 4 * 4;
		text_add(text, "%s %lo %lu '%.*s'\n", member + HEADER, field(member, 1),
			 field(member, 5), (int)size, made->bytes + at);
		if (strcmp(member + HEADER, "TRAILER!!!") == 0)
			break;
		at += (size + 3) / 4 * 4;
	}
	for (; at < made->size; at++)
		assert_int_equal(made->bytes[at], 0);
}

static void test_members(void **state)
{
	struct made *made = *state;
	struct text text = { 0 };

	assert_int_equal(cpio_add_file(&made->cpio, "/program", 0755, "12345", 5), 0);
	assert_int_equal(cpio_add_file(&made->cpio, "/a/b/one", 0644, "", 0), 0);
	assert_int_equal(cpio_add_file(&made->cpio, "/a/two", 0644, "12", 2), 0);
	assert_int_equal(cpio_add_file(&made->cpio, "/ab/three", 0600, "123", 3), 0);
	cpio_finish(&made->cpio);
	fflush(made->cpio.out);
	assert_int_equal(made->size % 512, 0);
	assert_int_equal(made->size, made->cpio.written);
	list(made, &text);
	check_text("members", text.bytes,
		   "program 100755 1 '12345'\n"
		   "a 40755 1 ''\n"
		   "a/b 40755 1 ''\n"
		   "a/b/one 100644 1 ''\n"
		   "a/two 100644 1 '12'\n"
		   "ab 40755 1 ''\n"
		   "ab/three 100600 1 '123'\n"
		   "TRAILER!!! 0 1 ''\n");
}

/* The kernel hard-links a member whose number it has seen, if its header says that it has links. */
static void test_numbers_differ(void **state)
{
	struct made *made = *state;
	unsigned long first, second;

	cpio_add_file(&made->cpio, "/1", 0644, "", 0);
	fflush(made->cpio.out);
	first = field(made->bytes, 0);
	cpio_add_file(&made->cpio, "/2", 0644, "", 0);
	fflush(made->cpio.out);
	second = field(made->bytes + HEADER + 2, 0);
	assert_int_equal(field(made->bytes, 4), 1);
	assert_int_not_equal(first, second);
}

static void test_too_large(void **state)
{
	struct made *made = *state;

	assert_int_equal(cpio_add_file(&made->cpio, "/1", 0644, "", (size_t)1 << 32), -EFBIG);
	assert_int_equal(made->cpio.written, 0);
}

static void test_no_memory(void **state)
{
	struct made *made = *state;
	size_t count = 1;

	for (;; count++) {
		arena_fail_at(made->arena, count);
		if (cpio_add_file(&made->cpio, "/d/e/1", 0644, "", 0) == 0)
			break;
		assert_true(arena_fail_at(made->arena, 0));
	}
	arena_fail_at(made->arena, 0);
	assert_true(count > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_members, create, destroy),
		cmocka_unit_test_setup_teardown(test_numbers_differ, create, destroy),
		cmocka_unit_test_setup_teardown(test_too_large, create, destroy),
		cmocka_unit_test_setup_teardown(test_no_memory, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
