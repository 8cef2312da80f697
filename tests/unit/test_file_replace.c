// SPDX-License-Identifier: GPL-2.0-or-later
/* Only a whole file ever replaces one, and nothing else is touched. */
#include "lib/file_replace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

#define WRITERS 8
#define ROUNDS	50

static int create(void **state)
{
	static struct scratch scratch;

	umask(022);
	scratch_create(&scratch);
	*state = &scratch;
	return 0;
}

static int destroy(void **state)
{
	scratch_remove(*state);
	return 0;
}

static int replace(const struct scratch *scratch, const char *path, const char *text)
{
	struct file_replace file;
	int error = file_replace_begin(&file, scratch->fd, path);

	if (error)
		return error;
	assert_int_equal(file_replace_write(&file, text, strlen(text)), 0);
	return file_replace_commit(&file);
}

static size_t count_names(const struct scratch *scratch, const char *path)
{
	DIR *directory = fdopendir(openat(scratch->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	size_t count = 0;

	assert_non_null(directory);
	for (const struct dirent *entry; (entry = readdir(directory));)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void check_file(const struct scratch *scratch, const char *path, const char *text,
		       mode_t mode)
{
	struct stat status;

	check_text(path, scratch_read(scratch, path), text);
	assert_int_equal(fstatat(scratch->fd, path, &status, AT_SYMLINK_NOFOLLOW), 0);
	check_number(path, status.st_mode, S_IFREG | mode);
}

static void test_new(void **state)
{
	const struct scratch *scratch = *state;

	assert_int_equal(replace(scratch, "file", "text"), 0);
	check_file(scratch, "file", "text", 0644);
	umask(077);
	assert_int_equal(replace(scratch, "other", ""), 0);
	check_file(scratch, "other", "", 0600);
	assert_int_equal(count_names(scratch, "."), 2);
}

static void test_old(void **state)
{
	const struct scratch *scratch = *state;
	struct file_replace file;
	struct stat status;

	scratch_write(scratch, "file", "a longer text");
	assert_int_equal(fchmodat(scratch->fd, "file", 0640, 0), 0);
	assert_int_equal(linkat(scratch->fd, "file", scratch->fd, "second", 0), 0);
	assert_int_equal(file_replace_begin(&file, scratch->fd, "./file"), 0);
	/* Whoever may not read the old file may not read the unfinished new one. */
	assert_int_equal(fstat(file.fd, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(file_replace_write(&file, "te", 2), 0);
	assert_int_equal(file_replace_write(&file, "xt", 2), 0);
	check_file(scratch, "file", "a longer text", 0640);
	assert_int_equal(file_replace_commit(&file), 0);
	check_file(scratch, "file", "text", 0640);
	check_file(scratch, "second", "a longer text", 0640);
	assert_int_equal(count_names(scratch, "."), 2);
}

static void test_abandon(void **state)
{
	const struct scratch *scratch = *state;
	struct file_replace file;

	scratch_write(scratch, "file", "old");
	assert_int_equal(file_replace_begin(&file, scratch->fd, "file"), 0);
	assert_int_equal(count_names(scratch, "."), 2);
	assert_int_equal(file_replace_write(&file, "new", 3), 0);
	file_replace_abandon(&file);
	check_file(scratch, "file", "old", 0644);
	assert_int_equal(count_names(scratch, "."), 1);
}

static void test_links(void **state)
{
	const struct scratch *scratch = *state;

	scratch_write(scratch, "victim", "untouched");
	scratch_link(scratch, "file", "victim");
	scratch_link(scratch, "file.new", "victim");
	scratch_link(scratch, "dangling", "nowhere");
	assert_int_equal(replace(scratch, "file", "text"), 0);
	assert_int_equal(replace(scratch, "dangling", "text"), 0);
	check_file(scratch, "file", "text", 0644);
	check_file(scratch, "dangling", "text", 0644);
	check_file(scratch, "victim", "untouched", 0644);
	assert_null(scratch_read(scratch, "nowhere"));
	assert_int_equal(count_names(scratch, "."), 4);
}

static void test_fails(void **state)
{
	const struct scratch *scratch = *state;
	char longest[NAME_MAX + 2];
	struct file_replace file;

	scratch_write(scratch, "directory/file", "");
	assert_int_equal(mkfifoat(scratch->fd, "fifo", 0600), 0);
	assert_int_equal(replace(scratch, "directory", ""), -EISDIR);
	assert_int_equal(replace(scratch, "directory/", ""), -EISDIR);
	assert_int_equal(replace(scratch, "directory/..", ""), -EISDIR);
	assert_int_equal(replace(scratch, "fifo", ""), -EEXIST);
	assert_int_equal(replace(scratch, "missing/file", ""), -ENOENT);
	assert_int_equal(replace(scratch, "directory/file/x", ""), -ENOTDIR);
	assert_int_equal(file_replace_begin(&file, -1, "file"), -EBADF);
	memset(longest, 'x', sizeof(longest));
	longest[NAME_MAX + 1] = '\0';
	assert_int_equal(replace(scratch, longest, ""), -ENAMETOOLONG);
	assert_int_equal(count_names(scratch, "."), 2);
	longest[NAME_MAX] = '\0';
	assert_int_equal(replace(scratch, longest, "text"), 0);
	check_file(scratch, longest, "text", 0644);
	/* A directory that appears at the path meanwhile is not overwritten. */
	assert_int_equal(file_replace_begin(&file, scratch->fd, "late"), 0);
	assert_int_equal(mkdirat(scratch->fd, "late", 0755), 0);
	assert_int_equal(file_replace_commit(&file), -EISDIR);
	assert_int_equal(count_names(scratch, "."), 4);
}

/* The disk is full. */
static void test_full(void **state)
{
	struct file_replace file;
	int fd;

	assert_int_equal(file_replace_begin(&file, ((struct scratch *)*state)->fd, "file"), 0);
	fd = file.fd;
	file.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(file.fd >= 0);
	assert_int_equal(file_replace_write(&file, "x", 1), -ENOSPC);
	close(file.fd);
	file.fd = fd;
	file_replace_abandon(&file);
	assert_int_equal(count_names(*state, "."), 0);
}

/* A reader always sees one writer's whole text. */
static void test_many_writers(void **state)
{
	const struct scratch *scratch = *state;
	static char text[4096];
	int status;

	for (int i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child)
			continue;
		memset(text, 'a' + i, sizeof(text) - 1);
		for (int round = 0; round < ROUNDS; round++)
			if (replace(scratch, "file", text))
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < WRITERS * ROUNDS; i++) {
		const char *read = scratch_read(scratch, "file");

		if (read && (strlen(read) != sizeof(text) - 1 ||
			     strspn(read, (char[]){ read[0], '\0' }) != sizeof(text) - 1))
			fail_msg("half a file: %.20s", read);
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count_names(scratch, "."), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new),	  TEST(test_old),  TEST(test_abandon),	    TEST(test_links),
		TEST(test_fails), TEST(test_full), TEST(test_many_writers),
	};

	return cmocka_run_group_tests_name("file_replace", tests, NULL, NULL);
}
