// SPDX-License-Identifier: GPL-2.0-or-later
/* What a command like release does in place of taking, and how that is watched over. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "supervised.h"
#include "unit.h"

/* What a command like release does with the devices, in place of taking them. */
static int do_task(struct run *run, const struct execution *execution)
{
	assert_ptr_equal(run->context, script);
	script->task_done++;
	if (script->dies_in_execute)
		raise(SIGKILL);
	if (script->interrupts) {
		pid_t watcher = getppid();

		kill(watcher, script->interrupts);
		/* Not for ever where the signal ended the watcher. */
		while (!run->signal && getppid() == watcher)
			sched_yield();
	}
	return execution->sysfs && run->plan.group_count == 1 ? script->task_result : -EDOM;
}

static void finish_task(struct run *run, const struct execution *execution, enum worker_end end)
{
	(void)run;
	script->task_finished += execution->sysfs != NULL;
	script->undone_by = getpid();
	script->undone_of = end;
}

static const struct run_task task = { .execute = do_task, .finish = finish_task };

static struct run *start_task(void)
{
	struct run *run = supervised_start(CARD);

	run->detached = true;
	run->task = &task;
	run->context = script;
	return run;
}

/* It takes both locks, and nothing is loaded, taken or read back on its behalf. */
static void test_task(void **state)
{
	struct run *run = start_task();

	(void)state;
	/* Holds the signals of its process, so a child has to do it. */
	assert_int_equal(supervised_in_child(run), 100);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(run->error, 0);
	assert_int_equal(script->locks, 2);
	assert_int_equal(script->task_done, 1);
	assert_int_equal(script->task_finished, 0);
	assert_int_equal(script->loaders + script->executed + script->undone + script->read_back,
			 0);
	supervised_end(run);
}

static void test_task_not_its_turn(void **state)
{
	(void)state;
	for (int workers = 0; workers < 2; workers++) {
		struct run *run = start_task();

		*(workers ? &script->worker_lock_result : &script->lock_result) = -EBUSY;
		assert_int_equal(supervised_in_child(run), 100);
		assert_int_equal(script->locks, 1 + workers);
		assert_int_equal(script->surveys + script->task_done + script->task_finished, 0);
		if (workers)
			assert_int_equal(run->error, -EBUSY);
		supervised_end(run);
	}
}

static void test_task_fails(void **state)
{
	struct run *run = start_task();

	(void)state;
	script->task_result = -ENOMEM;
	assert_int_equal(supervised_in_child(run), 100);
	assert_int_equal(run->error, -ENOMEM);
	assert_false(run->died);
	supervised_end(run);
}

/* What it began is brought to its end by its own means, not by giving back. */
static void test_task_dies(void **state)
{
	struct run *run = start_task();

	(void)state;
	script->dies_in_execute = true;
	assert_int_equal(supervised_in_child(run), 100);
	assert_int_equal(run->phase, RUN_EXECUTE);
	assert_int_equal(script->task_finished, 1);
	assert_int_equal(script->undone_of, WORKER_DIED);
	assert_int_equal(script->undone, 0);
	supervised_end(run);
}

/* A signal does not keep from its end what was begun. */
static void test_task_interrupted(void **state)
{
	struct run *run = start_task();

	(void)state;
	script->interrupts = SIGHUP;
	assert_int_not_equal(supervised_in_child(run), 100);
	assert_int_equal(run->signal, SIGHUP);
	assert_false(run->interrupted);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(script->task_finished, 0);
	supervised_end(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_task),
		cmocka_unit_test(test_task_not_its_turn),
		cmocka_unit_test(test_task_fails),
		cmocka_unit_test(test_task_dies),
		cmocka_unit_test(test_task_interrupted),
	};

	/* A shell without job control starts background commands with these ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return cmocka_run_group_tests_name("supervise_task", tests, NULL, NULL);
}
