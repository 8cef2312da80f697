// SPDX-License-Identifier: GPL-2.0-or-later
/* Which config files are read, and how one replaces another. */
#include "settings/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

/* Root refuses files of other users; this one need not exist. */
#define SOMEBODY 12345

uid_t __wrap_geteuid(void);

static uid_t user;

uid_t __wrap_geteuid(void)
{
	return user;
}

int __wrap_fstat(int fd, struct stat *status);
int __real_fstat(int fd, struct stat *status);

/* The test need not run as root, so a user's file stands for root's. */
static uid_t owner;

int __wrap_fstat(int fd, struct stat *status)
{
	int result = __real_fstat(fd, status);

	status->st_uid = owner;
	return result;
}

struct place {
	struct scratch scratch;
	struct arena *arena;
	struct settings settings;
	struct config config;
	char path[256];
};

static int create(void **state)
{
	static struct place place;

	user = 0;
	owner = 0;
	scratch_create(&place.scratch);
	place.arena = arena_create(0);
	settings_init(&place.settings, place.arena);
	snprintf(place.path, sizeof(place.path), "%s/conf", place.scratch.path);
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

static void put(struct place *place, const char *name, mode_t mode)
{
	scratch_write(&place->scratch, name, "wait = 7\n");
	assert_int_equal(fchmodat(place->scratch.fd, name, mode, 0), 0);
}

/* Reads the file and compares the problem; NULL for none. */
static void check(struct place *place, const char *row, const char *problem)
{
	settings_init(&place->settings, place->arena);
	check_number(row, config_read(&place->config, &place->settings, place->path), 0);
	check_text(row, place->settings.problems ? place->settings.problems->text : NULL, problem);
	check_number(row, place->settings.wait_seconds, problem ? 0 : 7);
	check_text(row, place->config.text, problem ? NULL : "wait = 7\n");
	if (place->settings.problems)
		check_text(row, place->settings.problems->origin.source,
			   place->config.path ? place->config.path : place->path);
}

#define NOT_ROOTS "not read: it is not owned by root (chown root)"
#define WRITABLE  "not read: users other than root may write to it (chmod go-w)"

static const struct {
	const char *name;
	mode_t mode;
	uid_t user, owner;
	const char *problem;
} files[] = {
	{ "0644", 0644, 0, 0, NULL },
	{ "0600", 0600, 0, 0, NULL },
	{ "0755", 0755, 0, 0, NULL },
	{ "group", 0664, 0, 0, WRITABLE },
	{ "all", 0646, 0, 0, WRITABLE },
	{ "somebody's", 0644, 0, SOMEBODY, NOT_ROOTS },
	{ "somebody's, who reads it", 0664, SOMEBODY, SOMEBODY, NULL },
	{ "root's, read by somebody", 0664, SOMEBODY, 0, NULL },
};

static void test_owners(void **state)
{
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put(place, "conf", files[i].mode);
		user = files[i].user;
		owner = files[i].owner;
		check(place, files[i].name, files[i].problem);
	}
}

/* Editors of other systems put a byte order mark before the text. */
static void test_byte_order_mark(void **state)
{
	struct place *place = *state;

	user = owner = 0;
	scratch_write(&place->scratch, "conf", "\xef\xbb\xbfwait = 7\n");
	check(place, "mark", NULL);
}

static void test_links(void **state)
{
	struct place *place = *state;

	put(place, "other", 0644);
	put(place, "directory/far", 0644);
	scratch_link(&place->scratch, "conf", "other");
	check(place, "beside it", NULL);
	assert_string_equal(strrchr(place->config.path, '/'), "/other");
	assert_int_equal(fchmodat(place->scratch.fd, "other", 0666, 0), 0);
	check(place, "the file counts, and is the place of no error",
	      "not read: users other than root may write to it (chmod go-w)");
	assert_int_equal(fchmodat(place->scratch.fd, "other", 0644, 0), 0);
	for (const char *const *target = (const char *const[]){ "directory/far", "./other",
								"../other", "/etc/passwd", NULL };
	     *target; target++) {
		assert_int_equal(unlinkat(place->scratch.fd, "conf", 0), 0);
		scratch_link(&place->scratch, "conf", *target);
		check(place, *target,
		      "not read: it is a link to another directory: copy the file here");
	}
	assert_int_equal(unlinkat(place->scratch.fd, "conf", 0), 0);
	scratch_link(&place->scratch, "conf", "second");
	scratch_link(&place->scratch, "second", "other");
	check(place, "link to a link", "not read: it is a link to a link");
}

static void test_no_files(void **state)
{
	struct place *place = *state;

	assert_int_equal(config_read(&place->config, &place->settings, place->path), -ENOENT);
	assert_null(place->config.text);
	assert_null(place->settings.problems);
	scratch_link(&place->scratch, "conf", "nowhere");
	assert_int_equal(config_read(&place->config, &place->settings, place->path), -ENOENT);
	assert_int_equal(unlinkat(place->scratch.fd, "conf", 0), 0);
	assert_int_equal(mkfifoat(place->scratch.fd, "conf", 0600), 0);
	check(place, "fifo", "not read: it is not a regular file");
	assert_int_equal(unlinkat(place->scratch.fd, "conf", 0), 0);
	assert_int_equal(mkdirat(place->scratch.fd, "conf", 0755), 0);
	check(place, "directory", "not read: it is not a regular file");
}

static void check_mode(const struct place *place, const char *name, mode_t mode)
{
	struct stat status;

	assert_int_equal(fstatat(place->scratch.fd, name, &status, AT_SYMLINK_NOFOLLOW), 0);
	check_number(name, status.st_mode, S_IFREG | mode);
}

/* /dev/null means no config, and that is no error. */
static void test_null_device(void **state)
{
	struct place *place = *state;

	assert_int_equal(config_read(&place->config, &place->settings, "/dev/null"), 0);
	assert_string_equal(place->config.text, "");
	assert_null(place->config.fault);
	assert_null(place->settings.problems);
}

static void test_replace(void **state)
{
	struct place *place = *state;

	user = owner = getuid();
	put(place, "conf", 0640);
	/* A file of somebody else is neither written nor removed. */
	scratch_write(&place->scratch, "victim", "untouched");
	scratch_link(&place->scratch, "conf.new", "victim");
	assert_int_equal(config_read(&place->config, &place->settings, place->path), 0);
	assert_int_equal(config_replace(&place->config, "wait = 8\n"), 0);
	assert_string_equal(scratch_read(&place->scratch, "conf"), "wait = 8\n");
	assert_string_equal(scratch_read(&place->scratch, "victim"), "untouched");
	assert_int_equal(faccessat(place->scratch.fd, "conf.new", F_OK, AT_SYMLINK_NOFOLLOW), 0);
	check_mode(place, "conf", 0640);
}

static void test_replace_behind_link(void **state)
{
	struct place *place = *state;
	char target[16] = "";

	user = owner = getuid();
	put(place, "other", 0600);
	scratch_link(&place->scratch, "conf", "other");
	assert_int_equal(config_read(&place->config, &place->settings, place->path), 0);
	assert_int_equal(config_replace(&place->config, "wait = 8\n"), 0);
	assert_string_equal(scratch_read(&place->scratch, "other"), "wait = 8\n");
	assert_int_equal(readlinkat(place->scratch.fd, "conf", target, sizeof(target)), 5);
	check_mode(place, "other", 0600);
}

static void test_replace_nothing(void **state)
{
	struct place *place = *state;

	user = owner = getuid();
	assert_int_equal(config_read(&place->config, &place->settings, place->path), -ENOENT);
	assert_int_equal(config_replace(&place->config, "wait = 8\n"), 0);
	assert_string_equal(scratch_read(&place->scratch, "conf"), "wait = 8\n");
	check_mode(place, "conf", 0644);
}

/* Whatever fails, the file is unchanged and nothing remains beside it. */
static void test_replace_fails(void **state)
{
	struct place *place = *state;

	user = owner = getuid();
	put(place, "conf", 0644);
	assert_int_equal(config_read(&place->config, &place->settings, place->path), 0);
	assert_int_equal(unlinkat(place->scratch.fd, "conf", 0), 0);
	assert_int_equal(mkdirat(place->scratch.fd, "conf", 0755), 0);
	assert_int_equal(config_replace(&place->config, "wait = 8\n"), -EISDIR);
	assert_int_equal(rmdir(place->path), 0);
	/* Nothing remains beside it: the directory can be removed. */
	assert_int_equal(rmdir(place->scratch.path), 0);
	assert_int_equal(mkdir(place->scratch.path, 0700), 0);
}

static void test_no_memory(void **state)
{
	struct place *place = *state;
	size_t at = 1;

	put(place, "other", 0644);
	scratch_link(&place->scratch, "conf", "other");
	for (;; at++) {
		settings_init(&place->settings, place->arena);
		arena_fail_at(place->arena, at);
		if (config_read(&place->config, &place->settings, place->path) == 0)
			break;
	}
	arena_fail_at(place->arena, 0);
	assert_true(at > 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_owners),
		TEST(test_byte_order_mark),
		TEST(test_links),
		TEST(test_no_files),
		TEST(test_null_device),
		TEST(test_replace),
		TEST(test_replace_behind_link),
		TEST(test_replace_nothing),
		TEST(test_replace_fails),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
