// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

/* The tree is "root" in the scratch directory. Nothing beside it may be touched. */
struct place {
	struct scratch scratch;
	int root;
};

static int create(void **state)
{
	static struct place place;

	scratch_create(&place.scratch);
	scratch_write(&place.scratch, "etc/file", "outside");
	scratch_write(&place.scratch, "root/usr/lib/file", "inside");
	scratch_link(&place.scratch, "root/lib", "usr/lib");
	scratch_link(&place.scratch, "root/lib64", "/usr/lib");
	scratch_link(&place.scratch, "root/up", "../../../../etc");
	scratch_link(&place.scratch, "root/etc", "/../etc.real");
	scratch_link(&place.scratch, "root/chain", "usr/../up/./link");
	scratch_link(&place.scratch, "root/circle", "circle");
	scratch_link(&place.scratch, "root/usr/self", "../usr");
	place.root = openat(place.scratch.fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(place.root >= 0);
	*state = &place;
	return 0;
}

static int destroy(void **state)
{
	struct place *place = *state;

	close(place->root);
	scratch_remove(&place->scratch);
	return 0;
}

static const struct {
	const char *path, *resolved;
} rows[] = {
	{ "/", "." },
	{ "", "." },
	{ "/usr/lib/file", "usr/lib/file" },
	{ "//usr///lib/.//file/", "usr/lib/file" },
	{ "usr/lib", "usr/lib" },
	{ "/lib/file", "usr/lib/file" },
	{ "/lib64/file", "usr/lib/file" },
	{ "/lib64/../x", "usr/x" },
	{ "/up/passwd", "etc.real/passwd" },
	{ "/../../../etc", "etc.real" },
	{ "/..", "." },
	{ "/chain/x", "etc.real/link/x" },
	{ "/usr/self/self/self/lib", "usr/lib" },
	{ "/nowhere/../at/all", "at/all" },
	/* A path below a file resolves; opening it then fails. */
	{ "/lib/file/x", "usr/lib/file/x" },
};

static void test_resolve(void **state)
{
	struct place *place = *state;
	char resolved[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_number(rows[i].path, beneath_resolve(place->root, rows[i].path, resolved), 0);
		check_text(rows[i].path, resolved, rows[i].resolved);
	}
	assert_int_equal(beneath_resolve(place->root, "/circle/x", resolved), -ELOOP);
}

static void test_too_long(void **state)
{
	struct place *place = *state;
	char path[PATH_MAX * 2], resolved[PATH_MAX];

	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 100 ? 'x' : '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(beneath_resolve(place->root, path, resolved), -ENAMETOOLONG);
	memcpy(path, "/lib", 4);
	path[4] = '/';
	path[PATH_MAX] = '\0';
	assert_int_equal(beneath_resolve(place->root, path, resolved), -ENAMETOOLONG);
	assert_int_equal(beneath_write(place->root, path, "x", 1), -ENAMETOOLONG);
}

static mode_t mode_of(const struct place *place, const char *path)
{
	struct stat status;

	assert_int_equal(fstatat(place->scratch.fd, path, &status, AT_SYMLINK_NOFOLLOW), 0);
	return status.st_mode;
}

static void check_file(const struct place *place, const char *path, const char *text)
{
	check_text(path, scratch_read(&place->scratch, path), text);
	assert_int_equal(mode_of(place, path), S_IFREG | 0644);
}

static void test_write(void **state)
{
	struct place *place = *state;

	assert_int_equal(beneath_write(place->root, "/etc/modprobe.d/a.conf", "text", 4), 0);
	check_file(place, "root/etc.real/modprobe.d/a.conf", "text");
	assert_int_equal(mode_of(place, "root/etc.real/modprobe.d"), S_IFDIR | 0755);
	assert_int_equal(beneath_write(place->root, "/lib/x/b", "", 0), 0);
	check_file(place, "root/usr/lib/x/b", "");
	assert_int_equal(beneath_write(place->root, "/top", "t", 1), 0);
	check_file(place, "root/top", "t");
	/* Shorter than the old text, of which nothing remains. */
	assert_int_equal(beneath_write(place->root, "/lib64/file", "in", 2), 0);
	check_file(place, "root/usr/lib/file", "in");
	assert_string_equal(scratch_read(&place->scratch, "etc/file"), "outside");
}

/* A link, or a hard link of a file outside, is replaced; its target stays untouched. */
static void test_replaces(void **state)
{
	struct place *place = *state;

	scratch_link(&place->scratch, "root/usr/link", "../../etc/file");
	assert_int_equal(
		linkat(place->scratch.fd, "etc/file", place->scratch.fd, "root/usr/hard", 0), 0);
	assert_int_equal(beneath_write(place->root, "/usr/link", "new", 3), 0);
	assert_int_equal(beneath_write(place->root, "/usr/hard", "new", 3), 0);
	check_file(place, "root/usr/link", "new");
	check_file(place, "root/usr/hard", "new");
	assert_string_equal(scratch_read(&place->scratch, "etc/file"), "outside");
}

static void test_fails(void **state)
{
	struct place *place = *state;

	/* Linux returns EISDIR, others may return EPERM (unlink(2)). */
	assert_int_equal(beneath_write(place->root, "/usr/lib", "x", 1), -EISDIR);
	assert_int_equal(beneath_write(place->root, "/usr/lib/file/x", "x", 1), -ENOTDIR);
	assert_int_equal(beneath_write(place->root, "/circle/x", "x", 1), -ELOOP);
	assert_int_equal(beneath_write(-1, "/x", "x", 1), -EBADF);
	assert_string_equal(scratch_read(&place->scratch, "root/usr/lib/file"), "inside");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_resolve),  TEST(test_too_long), TEST(test_write),
		TEST(test_replaces), TEST(test_fails),
	};

	return cmocka_run_group_tests_name("beneath", tests, NULL, NULL);
}
