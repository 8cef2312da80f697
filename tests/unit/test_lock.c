// SPDX-License-Identifier: GPL-2.0-or-later
/* No test here waits longer than for another process to do as told. */
#include "boot/lock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

static const struct deadline passed = { 0 };

struct place {
	struct scratch scratch;
	char path[256];
	bool by_parent; /* the asking child's parent holds the lock */
};

static void place_create(struct place *place)
{
	place->by_parent = false;
	scratch_create(&place->scratch);
	scratch_write(&place->scratch, "file", "");
	snprintf(place->path, sizeof(place->path), "%s/file", place->scratch.path);
}

/* Returns what another process gets that asks for the lock, waiting or not. */
static int ask(const struct place *place, const struct deadline *deadline)
{
	int status, fd;
	pid_t child = fork(), holder;

	assert_true(child >= 0);
	if (child == 0) {
		int error = lock_take(place->path, deadline, &fd, &holder);

		/* Only the parent itself holds the lock. */
		_exit(error == -EBUSY && place->by_parent && holder != getppid() ? EPERM : -error);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_one_at_a_time(void **state)
{
	struct place place;
	pid_t holder;
	int fd;

	(void)state;
	place_create(&place);
	place.by_parent = true;
	assert_int_equal(lock_take(place.path, &passed, &fd, &holder), 0);
	assert_true(fd >= 0);
	assert_int_equal(ask(&place, &passed), -EBUSY);
	close(fd);
	assert_int_equal(ask(&place, &passed), 0);
	scratch_remove(&place.scratch);
}

/* A stuck child must not keep the lock of its dead parent. */
static void test_ends_with_process(void **state)
{
	struct deadline far = deadline_after(INT64_C(3600000));
	int fd, ends[2], status;
	struct place place;
	pid_t holder, stuck, other;

	(void)state;
	place_create(&place);
	assert_int_equal(pipe(ends), 0);
	holder = fork();
	if (holder == 0) {
		if (lock_take(place.path, &passed, &fd, &other))
			_exit(1);
		stuck = fork();
		if (stuck == 0)
			for (;;)
				pause();
		if (write(ends[1], &stuck, sizeof(stuck)) != sizeof(stuck))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &stuck, sizeof(stuck)), sizeof(stuck));
	assert_int_equal(ask(&place, &passed), -EBUSY);
	assert_int_equal(kill(holder, SIGKILL), 0);
	assert_int_equal(ask(&place, &far), 0);
	assert_int_equal(kill(stuck, SIGKILL), 0);
	assert_int_equal(waitpid(holder, &status, 0), holder);
	close(ends[0]);
	close(ends[1]);
	scratch_remove(&place.scratch);
}

static void test_no_file(void **state)
{
	int fd = 0;
	pid_t holder;

	(void)state;
	assert_int_equal(lock_take("/nowhere/file", &passed, &fd, &holder), 0);
	assert_int_equal(fd, -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_ends_with_process),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
