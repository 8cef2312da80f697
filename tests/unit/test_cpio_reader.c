// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what cpio_writer.c writes, in pieces of any size. tests/golden/check has archives
 * of cpio(1).
 */
#include "image/cpio_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image/cpio_writer.h"
#include "unit.h"

struct archive {
	struct arena *arena;
	struct cpio_reader reader;
	char *bytes;
	size_t size;
};

static bool keep(const char *path)
{
	return strncmp(path, "kept/", 5) == 0;
}

static int create(void **state)
{
	static struct archive archive;
	struct cpio cpio;

	archive = (struct archive){ .arena = arena_create(0) };
	cpio_start(&cpio, open_memstream(&archive.bytes, &archive.size), archive.arena);
	assert_int_equal(cpio_add_file(&cpio, "/kept/one", 0755, "first", 5), 0);
	assert_int_equal(cpio_add_file(&cpio, "/left/two", 0644, "other", 5), 0);
	assert_int_equal(cpio_add_file(&cpio, "/kept/empty", 0600, "", 0), 0);
	cpio_finish(&cpio);
	fclose(cpio.out);
	*state = &archive;
	return 0;
}

static int destroy(void **state)
{
	struct archive *archive = *state;

	free(archive->bytes);
	arena_destroy(archive->arena);
	return 0;
}

static void list(const struct archive *archive, struct text *text)
{
	for (const struct cpio_member *member = archive->reader.members; member;
	     member = member->next)
		text_add(text, "%s %o %zu %s\n", member->path, member->mode, member->size,
			 member->data ? member->data : "-");
}

static const char listing[] = "kept/empty 100600 0 \n"
			      "left/two 100644 5 -\n"
			      "left 40755 0 -\n"
			      "kept/one 100755 5 first\n"
			      "kept 40755 0 -\n";

static void test_pieces(void **state)
{
	struct archive *archive = *state;

	for (size_t piece = 1; piece <= archive->size; piece++) {
		struct text text = { .used = 0 };

		cpio_reader_start(&archive->reader, archive->arena, keep);
		for (size_t at = 0; at < archive->size; at += piece) {
			size_t length = archive->size - at < piece ? archive->size - at : piece;

			assert_int_equal(
				cpio_reader_feed(&archive->reader, archive->bytes + at, length),
				length);
		}
		list(archive, &text);
		check_text("pieces", text.bytes, listing);
		assert_int_equal(archive->reader.archives, 1);
		assert_false(cpio_reader_is_inside(&archive->reader));
	}
}

static void test_cut_off(void **state)
{
	struct archive *archive = *state;

	cpio_reader_start(&archive->reader, archive->arena, keep);
	assert_int_equal(cpio_reader_feed(&archive->reader, archive->bytes, 300), 300);
	assert_true(cpio_reader_is_inside(&archive->reader));
}

/* The caller must see where something else begins. */
static void test_stops(void **state)
{
	static const unsigned char magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
	struct archive *archive = *state;
	char *both = calloc(1, archive->size + 16);

	memcpy(both, archive->bytes, archive->size);
	memcpy(both + archive->size + 8, magic, sizeof(magic));
	cpio_reader_start(&archive->reader, archive->arena, keep);
	assert_int_equal(cpio_reader_feed(&archive->reader, both, archive->size + 16),
			 archive->size + 8);
	free(both);
}

static void test_malformed(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		const char *bytes;
	} rows[] = {
		{ "magic", 0, "070700" },
		{ "no digits", 94, "0000000g" },
		{ "no name", 94, "00000000" },
		{ "name too long", 94, "00001001" },
		{ "size is no number", 54, "-0000001" },
		/* The first member's name, "kept", with something for its NUL. */
		{ "name without an end", 110, "keptx" },
	};
	struct archive *archive = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *copy = malloc(archive->size);

		memcpy(copy, archive->bytes, archive->size);
		memcpy(copy + rows[i].at, rows[i].bytes, strlen(rows[i].bytes));
		cpio_reader_start(&archive->reader, archive->arena, keep);
		check_number(rows[i].name, cpio_reader_feed(&archive->reader, copy, archive->size),
			     -EBADMSG);
		free(copy);
	}
}

static void test_no_memory(void **state)
{
	struct archive *archive = *state;
	size_t count = 1;

	for (;; count++) {
		cpio_reader_start(&archive->reader, archive->arena, keep);
		arena_fail_at(archive->arena, count);
		if (cpio_reader_feed(&archive->reader, archive->bytes, archive->size) >= 0)
			break;
		assert_true(arena_fail_at(archive->arena, 0));
	}
	arena_fail_at(archive->arena, 0);
	assert_int_equal(count, 5 + 5 + 2 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pieces, create, destroy),
		cmocka_unit_test_setup_teardown(test_cut_off, create, destroy),
		cmocka_unit_test_setup_teardown(test_stops, create, destroy),
		cmocka_unit_test_setup_teardown(test_malformed, create, destroy),
		cmocka_unit_test_setup_teardown(test_no_memory, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
