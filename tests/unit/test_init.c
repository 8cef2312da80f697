// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests the watching, which needs no first process. The VM cases image* test the rest. */
#include "boot/init.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/boot.h"
#include "boot/early_mounts.h"
#include "lib/deadline.h"
#include "lib/paths.h"
#include "unit.h"

/* Longer than any test. */
#define FAR_MILLISECONDS 3600000

static int ends[2];

int boot(const struct boot_paths *paths, volatile int *allowed)
{
	(void)paths, (void)allowed;
	fail_msg("a boot was started");
	return 0;
}

void early_mounts_make(struct mounts *mounts)
{
	(void)mounts;
	fail_msg("something was mounted");
}

void early_mounts_undo(const struct mounts *mounts)
{
	(void)mounts;
	fail_msg("something was unmounted");
}

static void sleep_milliseconds(int milliseconds)
{
	usleep((useconds_t)milliseconds * 1000);
}

/* The test has no child left, dead or alive. */
static void check_no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static int end_well(volatile int *allowed)
{
	(void)allowed;
	return 0;
}

static int end_badly(volatile int *allowed)
{
	(void)allowed;
	return 2;
}

static void test_end(void **state)
{
	(void)state;
	assert_int_equal(init_watch(end_well, FAR_MILLISECONDS), INIT_ENDED);
	assert_int_equal(init_watch(end_badly, FAR_MILLISECONDS), INIT_ENDED);
	check_no_children();
}

static int die(volatile int *allowed)
{
	(void)allowed;
	raise(SIGKILL);
	return 0;
}

static void test_kill(void **state)
{
	(void)state;
	assert_int_equal(init_watch(die, FAR_MILLISECONDS), INIT_KILLED);
	check_no_children();
}

static int hang(volatile int *allowed)
{
	(void)allowed;
	while (pause() < 0)
		;
	return 0;
}

static int hang_allowed(volatile int *allowed)
{
	*allowed = 50;
	return hang(allowed);
}

static void test_overrun(void **state)
{
	int64_t started = deadline_now();

	(void)state;
	assert_int_equal(init_watch(hang, 30), INIT_OVERRUN);
	assert_int_equal(init_watch(hang_allowed, 30), INIT_OVERRUN);
	assert_true(deadline_now() - started >= 110 * INT64_C(1000000));
	check_no_children();
}

static int take_time(volatile int *allowed)
{
	*allowed = FAR_MILLISECONDS;
	sleep_milliseconds(200);
	return 0;
}

/* Time allowed meanwhile counts. */
static void test_allowed(void **state)
{
	(void)state;
	assert_int_equal(init_watch(take_time, 100), INIT_ENDED);
}

static int leave_worker(volatile int *allowed)
{
	if (fork() == 0)
		hang(allowed);
	return 0;
}

/* A worker left behind holds the pipe open as long as it lives. */
static void test_worker_left_behind(void **state)
{
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(init_watch(leave_worker, FAR_MILLISECONDS), INIT_ENDED);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static int leave_orphan(volatile int *allowed)
{
	(void)allowed;
	if (fork() == 0) {
		if (fork() == 0)
			_exit(0);
		_exit(0);
	}
	wait(NULL);
	sleep_milliseconds(100);
	return 0;
}

/* The first process inherits orphans. */
static void test_orphan(void **state)
{
	(void)state;
	assert_int_equal(init_watch(leave_orphan, FAR_MILLISECONDS), INIT_ENDED);
	check_no_children();
}

static int check_mask(volatile int *allowed)
{
	sigset_t mask;

	(void)allowed;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, SIGCHLD) || !sigismember(&mask, SIGUSR1) ? die(allowed) : 0;
}

static void test_mask(void **state)
{
	sigset_t mask;

	(void)state;
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	assert_int_equal(init_watch(check_mask, FAR_MILLISECONDS), INIT_ENDED);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_true(sigismember(&mask, SIGUSR1));
	assert_false(sigismember(&mask, SIGCHLD));
	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

static void test_not_first(void **state)
{
	(void)state;
	assert_false(init_is_wanted(INIT_PATH, false));
	assert_false(init_is_wanted("vfio-early", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_worker_left_behind),
		cmocka_unit_test(test_orphan),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_not_first),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
