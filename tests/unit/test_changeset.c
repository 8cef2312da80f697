// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that a command changes together. */
#include "command/changeset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scratch.h"
#include "unit.h"

struct fixture {
	struct scratch scratch;
	struct changeset set;
};

static const char *path_of(const struct fixture *fixture, const char *name)
{
	return arena_print(fixture->set.arena, "%s/%s", fixture->scratch.path, name);
}

static void add(struct fixture *fixture, const char *name, const char *old, const char *new)
{
	assert_int_equal(changeset_add(&fixture->set, path_of(fixture, name), old, new), 0);
}

/* One file that exists, and one that does not. */
static void open_fixture(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	scratch_create(&fixture->scratch);
	fixture->set.arena = arena_create(1 << 20);
	assert_non_null(fixture->set.arena);
	scratch_write(&fixture->scratch, "there", "old\n");
	add(fixture, "there", "old\n", "new\n");
	add(fixture, "missing", NULL, "made\n");
	fixture->set.then = "then";
	fixture->set.back = "back";
}

static void close_fixture(struct fixture *fixture)
{
	arena_destroy(fixture->set.arena);
	scratch_remove(&fixture->scratch);
}

static void check_file(const struct fixture *fixture, const char *name, const char *wanted)
{
	const char *text = scratch_read(&fixture->scratch, name);

	if (wanted) {
		assert_non_null(text);
		assert_string_equal(text, wanted);
	} else {
		assert_null(text);
	}
}

/* There and back again. */
static void test_turn(void **state)
{
	struct fixture fixture;
	const char *path;
	struct stat status;

	(void)state;
	open_fixture(&fixture);
	assert_int_equal(chmod(path_of(&fixture, "there"), 0640), 0);
	assert_int_equal(changeset_write(&fixture.set, &path), 0);
	check_file(&fixture, "there", "new\n");
	check_file(&fixture, "missing", "made\n");
	assert_int_equal(stat(path_of(&fixture, "there"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(stat(path_of(&fixture, "missing"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	changeset_turn(&fixture.set);
	assert_string_equal(fixture.set.then, "back");
	assert_string_equal(fixture.set.back, "then");
	assert_int_equal(changeset_write(&fixture.set, &path), 0);
	check_file(&fixture, "there", "old\n");
	check_file(&fixture, "missing", NULL);
	close_fixture(&fixture);
}

/* All files or none. */
static void test_failure(void **state)
{
	struct fixture fixture;
	const char *path;

	(void)state;
	open_fixture(&fixture);
	add(&fixture, "directory/file", NULL, "text");
	assert_int_equal(changeset_write(&fixture.set, &path), -ENOENT);
	assert_string_equal(path, path_of(&fixture, "directory/file"));
	check_file(&fixture, "there", "old\n");
	check_file(&fixture, "missing", NULL);
	close_fixture(&fixture);
}

/* A change that stopped half way is no other's. */
static void test_changed(void **state)
{
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	assert_null(changeset_find_changed(&fixture.set));
	scratch_write(&fixture.scratch, "there", "new\n");
	assert_null(changeset_find_changed(&fixture.set));
	scratch_write(&fixture.scratch, "missing", "made\n");
	assert_null(changeset_find_changed(&fixture.set));
	scratch_write(&fixture.scratch, "missing", "made by another\n");
	assert_string_equal(changeset_find_changed(&fixture.set), path_of(&fixture, "missing"));
	scratch_write(&fixture.scratch, "missing", "made\n");
	assert_int_equal(remove(path_of(&fixture, "there")), 0);
	assert_string_equal(changeset_find_changed(&fixture.set), path_of(&fixture, "there"));
	close_fixture(&fixture);
}

static void test_show(void **state)
{
	struct fixture fixture;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	open_fixture(&fixture);
	changeset_show(&fixture.set, out);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "\n-old\n+new\n"));
	assert_non_null(strstr(text, "\n+made\n"));
	assert_non_null(strstr(text, "then: then\n"));
	free(text);
	close_fixture(&fixture);
}

static void test_run(void **state)
{
	(void)state;
	assert_int_equal(changeset_run(NULL), 0);
	assert_int_equal(changeset_run("true && exit 3"), 3);
	assert_int_equal(changeset_run("[ \"$PATH\" = /usr/sbin:/usr/bin:/sbin:/bin ]"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turn),	cmocka_unit_test(test_failure),
		cmocka_unit_test(test_changed), cmocka_unit_test(test_show),
		cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
