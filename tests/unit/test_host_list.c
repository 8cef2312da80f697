// SPDX-License-Identifier: GPL-2.0-or-later
/* Which kept lists are used where the host is not running. */
#include "host/needs_list.h"

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

#define FILE_PATH "var/lib/vfio-early/host.conf"
#define LIST	  HOST_HEADING "protect = 00:17.0@8086:a352  # / (sda)\n"

static uid_t owner;
static struct host_needs shown;

uid_t __wrap_geteuid(void);

uid_t __wrap_geteuid(void)
{
	return 0;
}

int __wrap_fstat(int fd, struct stat *status);
int __real_fstat(int fd, struct stat *status);

int __wrap_fstat(int fd, struct stat *status)
{
	int result = __real_fstat(fd, status);

	status->st_uid = owner;
	return result;
}

/* The search has tests of its own. */
int host_find_needs(struct host_needs *needs, struct arena *arena, const struct host_roots *roots)
{
	(void)arena;
	(void)roots;
	*needs = shown;
	return 0;
}

struct place {
	struct scratch scratch;
	struct arena *arena;
	struct host_roots roots;
	struct host_list list;
};

static int create(void **state)
{
	static struct place place;

	owner = 0;
	shown = (struct host_needs){ 0 };
	scratch_create(&place.scratch);
	place.arena = arena_create(0);
	place.roots = (struct host_roots){ .root = place.scratch.path };
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

static void put(struct place *place, const char *text, mode_t mode)
{
	const struct timespec times[] = { { .tv_sec = 1795523400 }, { .tv_sec = 1795523400 } };

	scratch_write(&place->scratch, FILE_PATH, text);
	assert_int_equal(fchmodat(place->scratch.fd, FILE_PATH, mode, 0), 0);
	assert_int_equal(utimensat(place->scratch.fd, FILE_PATH, times, 0), 0);
}

/* Reads the list; fault is why it is not used, or NULL. */
static void check(struct place *place, const char *row, const char *text, const char *fault)
{
	check_number(row, host_list_read(&place->list, place->arena, &place->roots), 0);
	check_text(row, place->list.fault, fault);
	check_text(row, place->list.text, text);
	check_number(row, place->list.source, text ? HOST_LIST_KEPT : HOST_LIST_NONE);
	check_text(row, place->list.date, text ? "2026-11-24 12:30 UTC" : NULL);
}

static void test_none(void **state)
{
	struct place *place = *state;

	check(place, "no directory", NULL, NULL);
	scratch_write(&place->scratch, "var/lib/other", "");
	check(place, "no file", NULL, NULL);
	place->roots.root = "/nonexistent";
	check(place, "no root", NULL, NULL);
}

static const struct {
	const char *name, *text;
	mode_t mode;
	uid_t owner;
	const char *fault;
} files[] = {
	{ "good", LIST, 0644, 0, NULL },
	{ "nothing needed", HOST_HEADING, 0600, 0, NULL },
	{ "written by a group", LIST, 0664, 0,
	  "users other than root may write to it (chmod go-w)" },
	{ "written by all", LIST, 0646, 0, "users other than root may write to it (chmod go-w)" },
	{ "somebody's", LIST, 0644, SOMEBODY, "it is not owned by root (chown root)" },
	{ "empty", "", 0644, 0, "its first line is not that of vfio-early" },
	{ "another file", "protect = 00:17.0\n", 0644, 0,
	  "its first line is not that of vfio-early" },
	{ "a key that is none of a list's", LIST "devs = 01:00.0\n", 0644, 0,
	  "line 3: 'devs': only protect and network are allowed here" },
};

static void test_files(void **state)
{
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put(place, files[i].text, files[i].mode);
		owner = files[i].owner;
		check(place, files[i].name, files[i].fault ? NULL : files[i].text, files[i].fault);
	}
}

static void test_damage(void **state)
{
	struct place *place = *state;

	/* No part of it is used, whatever the parser calls the error. */
	put(place, LIST "protect = 00:1O.0  # / (sdb)\n", 0644);
	assert_int_equal(host_list_read(&place->list, place->arena, &place->roots), 0);
	assert_int_equal(place->list.source, HOST_LIST_NONE);
	assert_null(place->list.text);
	assert_non_null(place->list.fault);
	assert_int_equal(strncmp(place->list.fault, "line 3: ", 8), 0);
}

/* No link leads out of the root. */
static void test_links(void **state)
{
	struct place *place = *state;

	put(place, LIST, 0644);
	assert_int_equal(renameat(place->scratch.fd, FILE_PATH, place->scratch.fd, "list"), 0);
	scratch_link(&place->scratch, FILE_PATH, "/list");
	check(place, "an absolute link, as the root's own processes follow it", LIST, NULL);
	assert_int_equal(unlinkat(place->scratch.fd, FILE_PATH, 0), 0);
	scratch_link(&place->scratch, FILE_PATH, "/proc/version");
	check(place, "a link to a file of this system", NULL, NULL);
	assert_int_equal(unlinkat(place->scratch.fd, FILE_PATH, 0), 0);
	scratch_write(&place->scratch, FILE_PATH "/x", "");
	check(place, "a directory", NULL, "it is not a regular file");
}

static void test_found(void **state)
{
	static struct host_gap gap = { .text = "/: nobody knows" };
	struct place *place = *state;

	shown = (struct host_needs){ .text = HOST_HEADING, .gaps = &gap };
	put(place, LIST, 0644);
	assert_int_equal(host_list_read(&place->list, place->arena, &place->roots), 0);
	assert_int_equal(place->list.source, HOST_LIST_FOUND);
	assert_string_equal(place->list.text, HOST_HEADING);
	assert_ptr_equal(place->list.gaps, &gap);
	assert_null(place->list.date);
	assert_null(place->list.fault);
}

/* A list is used as a whole or not at all. */
static void test_no_memory(void **state)
{
	struct place *place = *state;
	size_t at = 0;
	bool failed;

	put(place, LIST, 0644);
	do {
		int result;

		arena_fail_at(place->arena, ++at);
		result = host_list_read(&place->list, place->arena, &place->roots);
		failed = arena_fail_at(place->arena, 0);
		assert_int_equal(result, failed ? -ENOMEM : 0);
		arena_rewind(place->arena, 0);
	} while (failed);
	assert_true(at > 5);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_none),  TEST(test_files), TEST(test_damage),
		TEST(test_links), TEST(test_found), TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("host_list", tests, NULL, NULL);
}
