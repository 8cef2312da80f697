// SPDX-License-Identifier: GPL-2.0-or-later
/* No test here waits: deadlines are far ahead or in the past. */
#include "lib/deadline.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static const struct deadline passed = { 0 };

/* Calls it with a deadline that no test reaches. */
static int call(int (*function)(void *argument), void *argument)
{
	struct deadline far = deadline_after(INT64_C(3600000));

	return deadline_call(&far, function, argument);
}

static int give(void *argument)
{
	return *(int *)argument;
}

static void test_result_of_child(void **state)
{
	static const int results[] = { 0, -EIO, -ENODEV, -EBUSY, -EHWPOISON };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		int result = results[i];

		assert_int_equal(call(give, &result), result);
	}
	/* It has been waited for. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static int die(void *argument)
{
	(void)argument;
	raise(SIGKILL);
	return 0;
}

static void test_child_that_dies(void **state)
{
	(void)state;
	assert_int_equal(call(die, NULL), -EIO);
}

static int block(void *argument)
{
	char byte;

	/* This process holds the pipe open itself, so the read never ends. */
	return read(*(int *)argument, &byte, 1) == 1 ? 0 : -EIO;
}

static void test_child_that_blocks(void **state)
{
	int ends[2], status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(deadline_call(&passed, block, &ends[0]), -ETIMEDOUT);
	/* It is left behind, but killed. */
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	close(ends[0]);
	close(ends[1]);
}

static int change(void *argument)
{
	int *const *numbers = argument;

	*numbers[0] = 1;
	*numbers[1] = 1;
	return 0;
}

static void test_memory_of_child(void **state)
{
	int *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int own = 0, *numbers[] = { &own, shared };

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	assert_int_equal(call(change, numbers), 0);
	assert_int_equal(own, 0);
	assert_int_equal(*shared, 1);
	munmap(shared, sizeof(*shared));
}

/* Shared memory of a child that may be left behind. */
struct late {
	int ends[2]; /* it blocks until the writing end is closed everywhere */
	volatile int started;
	volatile int done; /* late was called */
	volatile int result;
};

static int block_for_a_while(void *argument)
{
	struct late *late = argument;
	char byte;

	close(late->ends[1]);
	late->started = 1;
	return read(late->ends[0], &byte, 1) == 0 ? -ENODEV : -EIO;
}

static void note_late(void *argument, int result)
{
	struct late *late = argument;

	late->result = result;
	late->done = 1;
}

static struct late *start_late(void)
{
	struct late *late = mmap(NULL, sizeof(*late), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(late, MAP_FAILED);
	assert_int_equal(pipe(late->ends), 0);
	return late;
}

static void test_child_that_ends_late(void **state)
{
	struct late *late = start_late();
	int status;

	(void)state;
	assert_int_equal(deadline_call_late(&passed, block_for_a_while, note_late, late),
			 -ETIMEDOUT);
	assert_int_equal(late->done, 0);
	assert_int_equal(waitpid(-1, &status, WNOHANG), 0);
	close(late->ends[1]);
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(late->done, 1);
	assert_int_equal(late->result, -ENODEV);
	close(late->ends[0]);
	munmap(late, sizeof(*late));
}

static int give_to_late(void *argument)
{
	(void)argument;
	return -EBUSY;
}

static void test_child_that_is_not_late(void **state)
{
	struct deadline far = deadline_after(INT64_C(3600000));
	struct late *late = start_late();

	(void)state;
	assert_int_equal(deadline_call_late(&far, give_to_late, note_late, late), -EBUSY);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(late->done, 0);
	close(late->ends[0]);
	close(late->ends[1]);
	munmap(late, sizeof(*late));
}

/* The caller is killed while it waits: the child ends as before. */
static void test_caller_that_dies(void **state)
{
	struct deadline far = deadline_after(INT64_C(3600000));
	struct late *late = start_late();
	int all_gone[2], status;
	char byte;
	pid_t caller;

	(void)state;
	assert_int_equal(pipe(all_gone), 0);
	caller = fork();
	if (caller == 0)
		_exit(deadline_call_late(&far, block_for_a_while, note_late, late) ? 1 : 0);
	close(all_gone[1]);
	while (!late->started)
		sched_yield();
	assert_int_equal(kill(caller, SIGKILL), 0);
	assert_int_equal(waitpid(caller, &status, 0), caller);
	close(late->ends[1]);
	/* Ends with the child, which nobody can wait for any more. */
	assert_int_equal(read(all_gone[0], &byte, 1), 0);
	assert_int_equal(late->done, 1);
	assert_int_equal(late->result, -ENODEV);
	close(all_gone[0]);
	close(late->ends[0]);
	munmap(late, sizeof(*late));
}

static void test_left(void **state)
{
	struct deadline deadline = deadline_after(INT64_C(3600000));
	int64_t now = deadline_now();

	(void)state;
	assert_true(deadline.at > now);
	assert_true(deadline_left(&deadline) > 3500 * 1000);
	assert_true(deadline_left(&deadline) <= 3600 * 1000);
	assert_int_equal(deadline_left(&passed), 0);
	deadline.at = deadline_now();
	assert_int_equal(deadline_left(&deadline), 0);
	/* Rounded up, so that nobody polls with 0 until the end. */
	deadline = deadline_after(1);
	assert_true(deadline_left(&deadline) <= 1);
}

/* Hours, in a type that poll(2) takes. */
static void test_longest(void **state)
{
	struct deadline deadline = deadline_after(INT64_C(7200) * 1000);

	(void)state;
	assert_true(deadline_left(&deadline) > 7100 * 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_result_of_child),
		cmocka_unit_test(test_child_that_dies),
		cmocka_unit_test(test_child_that_blocks),
		cmocka_unit_test(test_child_that_ends_late),
		cmocka_unit_test(test_child_that_is_not_late),
		cmocka_unit_test(test_caller_that_dies),
		cmocka_unit_test(test_memory_of_child),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
