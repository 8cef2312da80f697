// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of modprobe.d that kmod reads, and their lines. */
#include "lib/modprobe_conf.h"

#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "scratch.h"
#include "unit.h"

struct place {
	struct scratch scratch;
	struct arena *arena;
};

static int create(void **state)
{
	static struct place place;

	scratch_create(&place.scratch);
	place.arena = arena_create(0);
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

static const char *locate(void *context, const char *path)
{
	struct place *place = context;

	return arena_print(place->arena, "%s%s", place->scratch.path, path);
}

/* By name, whatever directory a file is in; those of one name are in the first one's place. */
static void test_files(void **state)
{
	struct place *place = *state;
	const struct scratch *scratch = &place->scratch;
	struct modprobe_file *file;
	struct text got = { .used = 0 };

	scratch_write(scratch, "lib/modprobe.d/b.conf", "5");
	scratch_write(scratch, "lib/modprobe.d/a.conf", "6");
	scratch_write(scratch, "usr/lib/modprobe.d/b.conf", "4");
	scratch_write(scratch, "usr/local/lib/modprobe.d/b.conf", "3");
	scratch_write(scratch, "run/modprobe.d/b.conf", "2");
	scratch_write(scratch, "etc/modprobe.d/b.conf", "1");
	scratch_write(scratch, "etc/modprobe.d/c.conf", "");
	scratch_write(scratch, "etc/modprobe.d/.conf", "no");
	scratch_write(scratch, "etc/modprobe.d/.hidden.conf", "no");
	scratch_write(scratch, "etc/modprobe.d/b.conf.bak", "no");
	scratch_write(scratch, "etc/modprobe.d/conf", "no");
	scratch_write(scratch, "etc/modprobe.d/directory.conf/x.conf", "no");
	scratch_link(scratch, "etc/modprobe.d/dangling.conf", "nowhere");
	scratch_link(scratch, "etc/modprobe.d/a.conf", "/dev/null");
	assert_int_equal(modprobe_conf_read(place->arena, locate, place, &file), 0);
	for (; file; file = file->next) {
		text_add(&got, "%s %s", file->path, file->name);
		for (const struct modprobe_file *same = file; same; same = same->hidden)
			text_add(&got, " '%s'", same->text);
		text_add(&got, "\n");
	}
	check_text("files", got.bytes,
		   "/etc/modprobe.d/a.conf a.conf '' '6'\n"
		   "/etc/modprobe.d/b.conf b.conf '1' '2' '3' '4' '5'\n"
		   "/etc/modprobe.d/c.conf c.conf ''\n");
}

static void test_no_files(void **state)
{
	struct place *place = *state;
	struct modprobe_file *file;

	assert_int_equal(modprobe_conf_read(place->arena, locate, place, &file), 0);
	assert_null(file);
}

static void test_no_memory(void **state)
{
	struct place *place = *state;
	struct modprobe_file *file;
	size_t at = 1;

	scratch_write(&place->scratch, "etc/modprobe.d/a.conf", "1");
	scratch_write(&place->scratch, "etc/modprobe.d/b.conf", "2");
	for (;; at++) {
		int error;

		arena_fail_at(place->arena, at);
		error = modprobe_conf_read(place->arena, locate, place, &file);
		if (!error)
			break;
		assert_int_equal(error, -ENOMEM);
	}
	arena_fail_at(place->arena, 0);
	assert_true(at > 8);
	assert_string_equal(file->next->text, "2");
}

/* Each line as "FIRST-LAST 'TEXT' ". */
static const struct {
	const char *text, *lines;
} cases[] = {
	{ "", "" },
	{ "a", "1-1 'a' " },
	{ "a\n", "1-1 'a' " },
	{ "a\n\nb\n", "1-1 'a' 2-2 '' 3-3 'b' " },
	{ "a\\\nb\nc\n", "1-2 'ab' 3-3 'c' " },
	{ "a \\\n\\\n b\\\n", "1-4 'a  b' " },
	{ "\\\na\n", "1-2 'a' " },
	{ "a\\b\\", "1-1 'a\\b\\' " },
	{ "a\r\nb\r", "1-1 'a' 2-2 'b' " },
};

static void test_lines(void **state)
{
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = arena_copy(place->arena, cases[i].text, strlen(cases[i].text));
		struct modprobe_line line = { 0 };
		struct text got = { .used = 0 };

		while (modprobe_conf_next_line(&text, &line))
			text_add(&got, "%u-%u '%s' ", line.number, line.last, line.text);
		check_text(cases[i].text, got.bytes, cases[i].lines);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_files),
		TEST(test_no_files),
		TEST(test_no_memory),
		TEST(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
