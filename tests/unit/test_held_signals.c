// SPDX-License-Identifier: GPL-2.0-or-later
/* Each test holds its signals in a child: they stay held until the process ends. */
#include "lib/held_signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static const struct {
	int number;
	const char *name;
} ends[] = {
	{ SIGHUP, "hung up" },
	{ SIGINT, "interrupted" },
	{ SIGQUIT, "interrupted" },
	{ SIGTERM, "terminated" },
};

/* Returns function's result for argument in a child. Fails the test if a signal ends the child. */
static int in_child(int (*function)(int argument), int argument)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(function(argument));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int is_readable(const struct held_signals *signals)
{
	struct pollfd file = { .fd = signals->fd, .events = POLLIN };

	return poll(&file, 1, 0) == 1;
}

/* Returns the signal that was read, or 100 and more for an error. */
static int hold_one(int number)
{
	struct held_signals signals;
	int came;

	held_signals_start(&signals);
	if (signals.fd < 0 || is_readable(&signals) || held_signals_read(&signals))
		return 100;
	raise(number);
	if (!is_readable(&signals))
		return 101;
	came = held_signals_read(&signals);
	if (is_readable(&signals) || held_signals_read(&signals))
		return 102;
	return came;
}

static void test_each_is_held(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		check_number(ends[i].name, in_child(hold_one, ends[i].number), ends[i].number);
		check_text(ends[i].name, held_signal_name(ends[i].number), ends[i].name);
	}
	assert_string_equal(held_signal_name(0), "stopped");
}

/* As nohup(1) starts a command. */
static int ignore_one(int number)
{
	struct held_signals signals;

	signal(number, SIG_IGN);
	held_signals_start(&signals);
	raise(number);
	return held_signals_read(&signals);
}

static void test_ignored_stays_ignored(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		check_number(ends[i].name, in_child(ignore_one, ends[i].number), 0);
}

static int hold_after_close(int number)
{
	struct held_signals signals;

	held_signals_start(&signals);
	held_signals_close(&signals);
	raise(number);
	return signals.fd == -1 && held_signals_read(&signals) == 0 ? 0 : 100;
}

static void test_held_after_close(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		check_number(ends[i].name, in_child(hold_after_close, ends[i].number), 0);
}

/* Held signals do not end the child of the process either. */
static int raise_in_child(int number)
{
	return raise(number);
}

static int hold_for_child(int number)
{
	struct held_signals signals;

	held_signals_start(&signals);
	return in_child(raise_in_child, number);
}

static void test_held_in_children(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		check_number(ends[i].name, in_child(hold_for_child, ends[i].number), 0);
}

static int write_to_nobody(int argument)
{
	struct held_signals signals;
	int pipe_ends[2];

	(void)argument;
	if (pipe(pipe_ends))
		return 100;
	held_signals_start(&signals);
	close(pipe_ends[0]);
	return write(pipe_ends[1], "", 1) < 0 ? errno : 0;
}

static void test_writing_where_nobody_reads(void **state)
{
	(void)state;
	assert_int_equal(in_child(write_to_nobody, 0), EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_held),
		cmocka_unit_test(test_ignored_stays_ignored),
		cmocka_unit_test(test_held_after_close),
		cmocka_unit_test(test_held_in_children),
		cmocka_unit_test(test_writing_where_nobody_reads),
	};

	/* A shell without job control starts background commands with these ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return cmocka_run_group_tests_name("held_signals", tests, NULL, NULL);
}
