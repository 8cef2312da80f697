// SPDX-License-Identifier: GPL-2.0-or-later
/* How a run is watched over. What a command does instead is in test_supervise_task.c. */
#include "boot/supervise.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "supervised.h"
#include "unit.h"

static void test_done(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	supervise(run);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(run->error, 0);
	assert_false(run->cut_off);
	assert_int_equal(script->executed, 1);
	assert_int_equal(script->undone, 0);
	assert_int_equal(script->surveys, 1);
	assert_int_equal(script->modules_opened, 0);
	assert_int_equal(script->read_back, 1);
	assert_int_equal(script->loaders, 1);
	assert_int_equal(script->loaders_ended, 1);
	assert_string_equal(script->driver_in_advance, "vfio-pci");
	assert_int_equal(run_exit_code(run), 0);
	supervised_end(run);
}

/* What has no group yet is asked about, and looked at again; what comes later, too. */
static void test_asks(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->late_groups = true;
	supervise(run);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(script->asked, 1);
	assert_int_equal(script->surveys, 2);
	assert_int_equal(script->executed, 1);
	assert_int_equal(script->ask_ended, 0);
	assert_string_equal(script->loaded, "");
	supervised_end(run);

	run = supervised_start(CARD " vfio_early.wait=5");
	script->late_groups = true;
	script->surveys_incomplete = 3;
	supervise(run);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(script->asked, 3);
	assert_int_equal(script->surveys, 6);
	supervised_end(run);

	run = supervised_start(CARD " vfio_early.dry_run");
	script->late_groups = true;
	script->iommu = IOMMU_OFF_VIRTIO;
	supervise(run);
	assert_int_equal(script->asked, 0);
	assert_int_equal(script->surveys, 1);
	assert_string_equal(script->loaded, "");
	supervised_end(run);
}

/* The override that a dead worker left is put back, though there is no plan yet. */
static void test_dies_asking(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->late_groups = script->dies_in_ask = true;
	supervise(run);
	assert_true(run->died);
	assert_int_equal(run->phase, RUN_SURVEY);
	assert_int_equal(script->ask_ended, 1);
	assert_int_not_equal(script->ask_ended_by, 0);
	assert_int_equal(script->undone, 0);
	assert_int_equal(script->executed, 0);
	supervised_end(run);
}

static void test_virtio_iommu(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->iommu = IOMMU_OFF_VIRTIO;
	supervise(run);
	assert_int_equal(run->phase, RUN_DONE);
	assert_string_equal(script->loaded, "virtio_iommu virtio_pci ");
	supervised_end(run);
}

static void test_dry_run(void **state)
{
	struct run *run = supervised_start(CARD " vfio_early.dry_run");

	(void)state;
	supervise(run);
	assert_int_equal(script->locks, 0);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(run->plan.group_count, 1);
	assert_int_equal(script->executed, 0);
	/* Not even what the driver stands on is loaded. */
	assert_int_equal(script->loaders, 0);
	assert_int_equal(run_exit_code(run), 0);
	supervised_end(run);
}

static void test_other_drivers(void **state)
{
	struct run *run = supervised_start(CARD " vfio_early.driver=pci-stub");

	(void)state;
	supervise(run);
	assert_null(script->driver_in_advance);
	supervised_end(run);
	run = supervised_start(CARD " vfio_early.driver=auto");
	supervise(run);
	assert_string_equal(script->driver_in_advance, "vfio-pci");
	assert_int_equal(script->modules_opened, 1);
	supervised_end(run);
}

static void test_kexec(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	supervise(run);
	assert_false(script->kexec);
	supervised_end(run);
	run = supervised_start(CARD);
	run->kexec = true;
	supervise(run);
	assert_true(script->kexec);
	supervised_end(run);
}

static void test_survey_fails(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->survey_result = -EIO;
	supervise(run);
	assert_int_equal(run->error, -EIO);
	assert_false(run->cut_off);
	assert_true(run->phase < RUN_EXECUTE);
	assert_int_equal(script->executed + script->undone, 0);
	assert_int_equal(script->loaders_ended, 1);
	assert_int_equal(run_exit_code(run), 1);
	supervised_end(run);
}

/* Somebody else is at work: the devices are not even looked at. */
static void test_not_our_turn(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->lock_result = -EBUSY;
	supervise(run);
	assert_int_equal(run->error, -EBUSY);
	assert_int_equal(run->holder, 4711);
	assert_int_equal(script->locks, 1);
	assert_int_equal(script->loaders + script->surveys + script->undone, 0);
	assert_int_equal(run_exit_code(run), 1);
	supervised_end(run);
}

/* The worker of a run that is no more is still at a device. */
static void test_not_our_workers_turn(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->worker_lock_result = -EBUSY;
	supervise(run);
	assert_int_equal(run->error, -EBUSY);
	assert_int_equal(run->holder, 4711);
	assert_int_equal(script->loaders + script->surveys + script->undone, 0);
	supervised_end(run);
}

static void test_worker_dies_in_survey(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->dies_in_survey = true;
	supervise(run);
	assert_true(run->died);
	assert_false(run->cut_off);
	assert_true(run->phase < RUN_EXECUTE);
	assert_int_equal(script->undone, 0);
	assert_int_equal(run_exit_code(run), 1);
	supervised_end(run);
}

/* What it did not finish is undone, by neither it nor us: that could block, too. */
static void test_worker_dies_in_execute(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->dies_in_execute = true;
	supervise(run);
	assert_true(run->died);
	assert_false(run->cut_off);
	assert_int_equal(run->phase, RUN_EXECUTE);
	assert_int_equal(script->undone, 1);
	assert_int_equal(script->undone_of, WORKER_DIED);
	assert_int_not_equal(script->undone_by, getpid());
	assert_true(run->plan.groups[0].failed);
	assert_int_equal(run_exit_code(run), 1);
	supervised_end(run);
}

/* The one that watches holds what would end it, and the worker stops. */
static void test_interrupted(void **state)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct run *run = supervised_start(CARD);

		run->detached = true;
		script->interrupts = signals[i];
		assert_int_equal(supervised_in_child(run), 1);
		assert_int_equal(run->signal, signals[i]);
		assert_true(run->interrupted);
		assert_int_equal(script->stopped_by, signals[i]);
		assert_int_equal(run->phase, RUN_DONE);
		supervised_end(run);
	}
}

/* Nobody is left to end what gets stuck: the worker sees that, and stops. */
static void test_watcher_dies(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	run->detached = true;
	script->interrupts = SIGKILL;
	assert_int_equal(supervised_in_child(run), -SIGKILL);
	while (!script->stopped_by)
		sched_yield();
	assert_true(run->interrupted);
	supervised_end(run);
}

/* The time for the work is over, but giving back has its own. */
static void test_undo_has_its_time(void **state)
{
	struct run *run = supervised_start(CARD " vfio_early.timeout=1");

	(void)state;
	script->undoes_longer = true;
	supervise(run);
	assert_false(run->cut_off);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(run->plan.groups[0].members[0].result, RESULT_UNDONE);
	supervised_end(run);
}

/* The worker is in a session of its own where a terminal may hang up. */
static void test_session(void **state)
{
	(void)state;
	for (int detached = 0; detached < 2; detached++) {
		struct run *run = supervised_start(CARD);

		run->detached = detached;
		assert_int_equal(supervised_in_child(run), 100);
		assert_int_equal(script->executed, 1);
		assert_true((script->session == getsid(0)) == !detached);
		supervised_end(run);
	}
}

static void test_waits(void **state)
{
	struct run *run = supervised_start(CARD " vfio_early.wait=3600");

	(void)state;
	script->surveys_incomplete = 3;
	supervise(run);
	assert_int_equal(run->error, 0);
	assert_int_equal(script->waits, 3);
	/* What came is looked at once more when the others of its slot have come, too. */
	assert_int_equal(script->settled, 4);
	assert_int_equal(script->surveys, 5);
	assert_int_equal(script->executed, 1);
	supervised_end(run);
}

static void test_does_not_wait_unasked(void **state)
{
	struct run *run = supervised_start(CARD);

	(void)state;
	script->surveys_incomplete = 3;
	supervise(run);
	assert_int_equal(script->surveys, 1);
	assert_int_equal(script->waits, 0);
	assert_int_equal(script->settled, 0);
	assert_int_equal(script->executed, 1);
	supervised_end(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_asks),
		cmocka_unit_test(test_dies_asking),
		cmocka_unit_test(test_virtio_iommu),
		cmocka_unit_test(test_other_drivers),
		cmocka_unit_test(test_kexec),
		cmocka_unit_test(test_survey_fails),
		cmocka_unit_test(test_not_our_turn),
		cmocka_unit_test(test_not_our_workers_turn),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_watcher_dies),
		cmocka_unit_test(test_undo_has_its_time),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_worker_dies_in_survey),
		cmocka_unit_test(test_worker_dies_in_execute),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_does_not_wait_unasked),
	};

	/* A shell without job control starts background commands with these ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return cmocka_run_group_tests_name("supervise", tests, NULL, NULL);
}
