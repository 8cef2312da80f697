// SPDX-License-Identifier: GPL-2.0-or-later
/* No test here waits longer than for another process to do as told. */
#include "lib/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

static const struct deadline passed = { 0 };

struct place {
	struct scratch scratch;
	char file[256], directory[256];
};

static int create(void **state)
{
	static struct place place;

	scratch_create(&place.scratch);
	snprintf(place.file, sizeof(place.file), "%s/lock", place.scratch.path);
	snprintf(place.directory, sizeof(place.directory), "%s/", place.scratch.path);
	*state = &place;
	return 0;
}

static int destroy(void **state)
{
	struct place *place = *state;

	scratch_remove(&place->scratch);
	return 0;
}

/* Returns what another process gets that asks for the lock; 0 or who holds it. */
static int ask(const char *place, const struct deadline *deadline)
{
	char holder[64];
	int status;
	pid_t child;

	snprintf(holder, sizeof(holder), "process %d (", getpid());
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct file_lock lock;
		int error = file_lock_take_at(&lock, place, deadline);

		if (error == -EBUSY && strncmp(lock.holder, holder, strlen(holder)) != 0 &&
		    strcmp(lock.holder, "another process") != 0)
			_exit(255);
		_exit(-error);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void check_one_at_a_time(const char *name)
{
	struct file_lock lock;

	assert_int_equal(file_lock_take_at(&lock, name, &passed), 0);
	assert_true(lock.fd >= 0);
	assert_int_equal(ask(name, &passed), -EBUSY);
	file_lock_release(&lock);
	assert_int_equal(lock.fd, -1);
	assert_int_equal(ask(name, &passed), 0);
	file_lock_release(&lock);
}

static void test_file(void **state)
{
	const struct place *place = *state;
	struct stat status;

	check_one_at_a_time(place->file);
	assert_int_equal(stat(place->file, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	check_one_at_a_time(place->file);
}

static void test_directory(void **state)
{
	const struct place *place = *state;

	check_one_at_a_time(place->directory);
}

/* A waiting process gets the lock once the holder releases it or dies. */
static void test_waits(void **state)
{
	const struct place *place = *state;
	const char *const names[] = { place->file, place->directory };
	struct deadline far = deadline_after(INT64_C(3600000));

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int ends[2], status;
		struct file_lock lock;
		char byte;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			if (file_lock_take_at(&lock, names[i], &passed) ||
			    write(ends[1], "x", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
		assert_int_equal(read(ends[0], &byte, 1), 1);
		assert_int_equal(file_lock_take_at(&lock, names[i], &passed), -EBUSY);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(file_lock_take_at(&lock, names[i], &far), 0);
		file_lock_release(&lock);
		assert_int_equal(waitpid(child, &status, 0), child);
		close(ends[0]);
		close(ends[1]);
	}
}

/* A child left behind has the open directory, but not the lock. */
static void test_child_left_behind(void **state)
{
	const struct place *place = *state;
	struct file_lock lock;
	pid_t child;

	assert_int_equal(file_lock_take_at(&lock, place->directory, &passed), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		for (;;)
			pause();
	file_lock_release(&lock);
	assert_int_equal(ask(place->directory, &passed), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void test_no_lock(void **state)
{
	const struct place *place = *state;
	struct deadline far = deadline_after(INT64_C(3600000));
	struct file_lock lock;

	scratch_write(&place->scratch, "victim", "untouched");
	scratch_link(&place->scratch, "lock", "victim");
	assert_int_equal(file_lock_take_at(&lock, place->file, &passed), -ELOOP);
	assert_int_equal(lock.fd, -1);
	assert_int_equal(file_lock_take_at(&lock, "/nonexistent/", &passed), -ENOENT);
	assert_int_equal(file_lock_take(&lock, "/nonexistent/file", &far), 0);
	file_lock_release(&lock);
	file_lock_release(&lock);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file),    TEST(test_directory),
		TEST(test_waits),   TEST(test_child_left_behind),
		TEST(test_no_lock),
	};

	return cmocka_run_group_tests_name("file_lock", tests, NULL, NULL);
}
