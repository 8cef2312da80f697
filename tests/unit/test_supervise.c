// SPDX-License-Identifier: GPL-2.0-or-later
/* How a run is watched over. What it does is stood in for, in the worker as in its watcher. */
#include "boot/supervise.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "boot/ask.h"
#include "boot/execute.h"
#include "boot/give_back.h"
#include "boot/hotplug.h"
#include "boot/lock.h"
#include "boot/module_loader.h"
#include "machine.h"
#include "machine/pci.h"
#include "plan/survey.h"
#include "unit.h"

/* What the stand-ins do, and what they were asked for; shared with the worker. */
struct script {
	int survey_result;
	unsigned int surveys_incomplete; /* so many surveys find a device missing */
	bool dies_in_survey;
	bool dies_in_execute;
	bool undoes_longer; /* than the timeout */
	int interrupts;	    /* a signal to the watcher */
	volatile int stopped_by;

	int lock_result, worker_lock_result, task_result;
	unsigned int task_done, task_finished;
	pid_t session; /* the worker's */
	bool late_groups, dies_in_ask;
	enum iommu_state iommu;
	unsigned int asked, ask_ended;
	pid_t ask_ended_by;
	char loaded[64];
	unsigned int locks, loaders, surveys, waits, settled, modules_opened, executed, undone,
		read_back;
	const char *driver_in_advance;
	pid_t undone_by;
	enum worker_end undone_of;
	size_t used_before; /* of the arena, when a survey begins */
};

static struct script *script;

static const struct function functions[] = {
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

void module_loader_start(struct module_loader_threads *loader, const char *driver)
{
	(void)loader;
	script->loaders++;
	script->driver_in_advance = driver;
}

static int load(void *context, const char *name)
{
	assert_non_null(context);
	strcat(strcat(script->loaded, name), " ");
	return 0;
}

struct module_loader module_loader_interface(struct module_loader_threads *loader)
{
	return (struct module_loader){ .context = loader, .load = load };
}

enum iommu_state pci_iommu_state(const struct sysfs *sysfs)
{
	(void)sysfs;
	return script->iommu;
}

int ask_groups(struct run *run, const struct sysfs *sysfs, struct pci_source *source,
	       const struct deadline *deadline)
{
	(void)sysfs, (void)source;
	assert_int_not_equal(deadline_left(deadline), 0);
	script->asked++;
	run->asked = run->topology.devices;
	if (script->dies_in_ask)
		raise(SIGKILL);
	run->asked = NULL;
	return 0;
}

int ask_end(struct run *run, const struct sysfs *sysfs)
{
	assert_non_null(sysfs);
	if (!run->asked)
		return 0;
	run->asked = NULL;
	script->ask_ended++;
	script->ask_ended_by = getpid();
	return 0;
}

int lock_take(const char *path, const struct deadline *deadline, int *fd, pid_t *holder)
{
	bool workers = strcmp(path, "/sys/bus/pci/drivers_autoprobe") == 0;

	if (!workers)
		assert_string_equal(path, "/sys/bus/pci/drivers_probe");
	assert_int_not_equal(deadline_left(deadline), 0);
	script->locks++;
	*fd = -1;
	*holder = 4711;
	return workers ? script->worker_lock_result : script->lock_result;
}

int module_open(const struct module_places *places, struct module_context **result)
{
	(void)places;
	script->modules_opened++;
	*result = (struct module_context *)script;
	return 0;
}

void module_close(struct module_context *context)
{
	script->modules_opened += context ? 0 : 1000;
}

int pci_open(const struct sysfs *sysfs, struct pci_source **result)
{
	(void)sysfs;
	*result = NULL;
	return 0;
}

void pci_close(struct pci_source *source)
{
	(void)source;
}

int survey(struct topology *topology, struct arena *arena, const struct settings *settings,
	   struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules)
{
	struct run found = { .arena = arena };

	(void)settings, (void)source, (void)sysfs, (void)modules;
	script->surveys++;
	/* Each begins where the first did: what one that was not complete took is given back. */
	if (script->used_before && script->used_before != arena_mark(arena))
		return -EDOM;
	script->used_before = arena_mark(arena);
	if (script->dies_in_survey)
		raise(SIGKILL);
	if (script->survey_result)
		return script->survey_result;
	machine_survey(&found, &machine);
	*topology = found.topology;
	topology->late_groups = script->late_groups;
	return 0;
}

const struct selector *survey_find_missing(const struct topology *topology,
					   const struct settings *settings, bool with_group)
{
	(void)topology;
	/* Only one that came may still lack its group. */
	assert_int_equal(with_group, script->waits > 0);
	return script->surveys > script->surveys_incomplete ? NULL : &settings->devs.items[0];
}

int hotplug_listen(void)
{
	return -ENOSYS;
}

void hotplug_wait(int fd, const struct deadline *deadline)
{
	(void)fd, (void)deadline;
	script->waits++;
}

void hotplug_settle(int fd)
{
	(void)fd;
	script->settled = script->surveys;
}

void execute(struct plan *plan, const struct execution *execution)
{
	script->executed++;
	script->session = getsid(0);
	if (!execution->sysfs || !execution->loader || plan->group_count != 1)
		return;
	if (script->dies_in_execute)
		raise(SIGKILL);
	if (script->interrupts) {
		kill(getppid(), script->interrupts);
		script->stopped_by = 0;
		while (!execution->is_stopped(execution->context))
			sched_yield();
		script->stopped_by = script->interrupts;
		return;
	}
	if (script->undoes_longer) {
		struct timespec pause = { .tv_sec = 1, .tv_nsec = 500000000 };

		plan->undoing = true;
		nanosleep(&pause, NULL);
		plan->undoing = false;
		plan->groups[0].failed = true;
		plan->groups[0].members[0].result = RESULT_UNDONE;
		return;
	}
	plan->groups[0].members[0].result = RESULT_TAKEN;
}

void give_back_leftovers(struct plan *plan, const struct execution *execution)
{
	(void)plan, (void)execution;
}

int module_loader_modules(struct module_loader_threads *loader, struct module_context **modules)
{
	(void)loader, (void)modules;
	return -ENOENT;
}

int module_find_values(struct module_context *context, const char *module, const char *parameter,
		       char **values)
{
	(void)context, (void)module, (void)parameter, (void)values;
	return -ENOENT;
}

int survey_claimed(struct topology *topology, struct arena *arena, const struct settings *settings,
		   struct pci_source *source)
{
	(void)topology, (void)arena, (void)settings, (void)source;
	return 0;
}

void execute_read_back(struct plan *plan, const struct sysfs *sysfs)
{
	(void)plan;
	script->read_back += sysfs->fd >= 0;
}

void undo_unfinished(struct plan *plan, const struct execution *execution, enum worker_end end)
{
	script->undone++;
	script->undone_by = getpid();
	script->undone_of = end;
	plan->groups[0].failed = execution->sysfs != NULL;
	plan->groups[0].members[0].result = RESULT_UNDONE;
}

static struct run *start_run(const char *cmdline)
{
	struct run *run = run_create();

	assert_non_null(run);
	script = arena_allocate(run->arena, 1, sizeof(*script));
	assert_non_null(script);
	assert_int_equal(settings_read_cmdline(&run->settings, cmdline), 0);
	assert_null(run->settings.problems);
	return run;
}

/* Nothing that was started is left running or unaccounted for. */
static void end_run(struct run *run)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	run_destroy(run);
}

#define CARD "vfio_early.devs=01:00.0"

static void test_done(void **state)
{
	struct run *run = start_run(CARD);

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
	assert_string_equal(script->driver_in_advance, "vfio-pci");
	assert_int_equal(run_exit_code(run), 0);
	end_run(run);
}

/* What has no group yet is asked about, and looked at again; what comes later, too. */
static void test_asks(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->late_groups = true;
	supervise(run);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(script->asked, 1);
	assert_int_equal(script->surveys, 2);
	assert_int_equal(script->executed, 1);
	assert_int_equal(script->ask_ended, 0);
	assert_string_equal(script->loaded, "");
	end_run(run);

	run = start_run(CARD " vfio_early.wait=5");
	script->late_groups = true;
	script->surveys_incomplete = 3;
	supervise(run);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(script->asked, 3);
	assert_int_equal(script->surveys, 6);
	end_run(run);

	run = start_run(CARD " vfio_early.dry_run");
	script->late_groups = true;
	script->iommu = IOMMU_OFF_VIRTIO;
	supervise(run);
	assert_int_equal(script->asked, 0);
	assert_int_equal(script->surveys, 1);
	assert_string_equal(script->loaded, "");
	end_run(run);
}

/* The override that a dead worker left is put back, though there is no plan yet. */
static void test_dies_asking(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->late_groups = script->dies_in_ask = true;
	supervise(run);
	assert_true(run->died);
	assert_int_equal(run->phase, RUN_SURVEY);
	assert_int_equal(script->ask_ended, 1);
	assert_int_not_equal(script->ask_ended_by, 0);
	assert_int_equal(script->undone, 0);
	assert_int_equal(script->executed, 0);
	end_run(run);
}

static void test_virtio_iommu(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->iommu = IOMMU_OFF_VIRTIO;
	supervise(run);
	assert_int_equal(run->phase, RUN_DONE);
	assert_string_equal(script->loaded, "virtio_iommu virtio_pci ");
	end_run(run);
}

static void test_dry_run(void **state)
{
	struct run *run = start_run(CARD " vfio_early.dry_run");

	(void)state;
	supervise(run);
	assert_int_equal(script->locks, 0);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(run->plan.group_count, 1);
	assert_int_equal(script->executed, 0);
	/* Not even what the driver stands on is loaded. */
	assert_int_equal(script->loaders, 0);
	assert_int_equal(run_exit_code(run), 0);
	end_run(run);
}

static void test_other_drivers(void **state)
{
	struct run *run = start_run(CARD " vfio_early.driver=pci-stub");

	(void)state;
	supervise(run);
	assert_null(script->driver_in_advance);
	end_run(run);
	run = start_run(CARD " vfio_early.driver=auto");
	supervise(run);
	assert_string_equal(script->driver_in_advance, "vfio-pci");
	assert_int_equal(script->modules_opened, 1);
	end_run(run);
}

static void test_survey_fails(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->survey_result = -EIO;
	supervise(run);
	assert_int_equal(run->error, -EIO);
	assert_false(run->cut_off);
	assert_true(run->phase < RUN_EXECUTE);
	assert_int_equal(script->executed + script->undone, 0);
	assert_int_equal(run_exit_code(run), 1);
	end_run(run);
}

/* Somebody else is at work: the devices are not even looked at. */
static void test_not_our_turn(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->lock_result = -EBUSY;
	supervise(run);
	assert_int_equal(run->error, -EBUSY);
	assert_int_equal(run->holder, 4711);
	assert_int_equal(script->locks, 1);
	assert_int_equal(script->loaders + script->surveys + script->undone, 0);
	assert_int_equal(run_exit_code(run), 1);
	end_run(run);
}

/* The worker of a run that is no more is still at a device. */
static void test_not_our_workers_turn(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->worker_lock_result = -EBUSY;
	supervise(run);
	assert_int_equal(run->error, -EBUSY);
	assert_int_equal(run->holder, 4711);
	assert_int_equal(script->loaders + script->surveys + script->undone, 0);
	end_run(run);
}

static void test_worker_dies_in_survey(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->dies_in_survey = true;
	supervise(run);
	assert_true(run->died);
	assert_false(run->cut_off);
	assert_true(run->phase < RUN_EXECUTE);
	assert_int_equal(script->undone, 0);
	assert_int_equal(run_exit_code(run), 1);
	end_run(run);
}

/* What it did not finish is undone, by neither it nor us: that could block, too. */
static void test_worker_dies_in_execute(void **state)
{
	struct run *run = start_run(CARD);

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
	end_run(run);
}

/* Runs in a child what ends, or holds the signals of, its process. */
static int in_child(struct run *run)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		supervise(run);
		_exit(run->signal ? run_exit_code(run) : 100);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* The one that watches holds what would end it, and the worker stops. */
static void test_interrupted(void **state)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct run *run = start_run(CARD);

		run->detached = true;
		script->interrupts = signals[i];
		assert_int_equal(in_child(run), 1);
		assert_int_equal(run->signal, signals[i]);
		assert_true(run->interrupted);
		assert_int_equal(script->stopped_by, signals[i]);
		assert_int_equal(run->phase, RUN_DONE);
		end_run(run);
	}
}

/* Nobody is left to end what gets stuck: the worker sees that, and stops. */
static void test_watcher_dies(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	run->detached = true;
	script->interrupts = SIGKILL;
	assert_int_equal(in_child(run), -SIGKILL);
	while (!script->stopped_by)
		sched_yield();
	assert_true(run->interrupted);
	end_run(run);
}

/* The time for the work is over, but giving back has its own. */
static void test_undo_has_its_time(void **state)
{
	struct run *run = start_run(CARD " vfio_early.timeout=1");

	(void)state;
	script->undoes_longer = true;
	supervise(run);
	assert_false(run->cut_off);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(run->plan.groups[0].members[0].result, RESULT_UNDONE);
	end_run(run);
}

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
	struct run *run = start_run(CARD);

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
	assert_int_equal(in_child(run), 100);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(run->error, 0);
	assert_int_equal(script->locks, 2);
	assert_int_equal(script->task_done, 1);
	assert_int_equal(script->task_finished, 0);
	assert_int_equal(script->loaders + script->executed + script->undone + script->read_back,
			 0);
	end_run(run);
}

static void test_task_not_its_turn(void **state)
{
	(void)state;
	for (int workers = 0; workers < 2; workers++) {
		struct run *run = start_task();

		*(workers ? &script->worker_lock_result : &script->lock_result) = -EBUSY;
		assert_int_equal(in_child(run), 100);
		assert_int_equal(script->locks, 1 + workers);
		assert_int_equal(script->surveys + script->task_done + script->task_finished, 0);
		if (workers)
			assert_int_equal(run->error, -EBUSY);
		end_run(run);
	}
}

static void test_task_fails(void **state)
{
	struct run *run = start_task();

	(void)state;
	script->task_result = -ENOMEM;
	assert_int_equal(in_child(run), 100);
	assert_int_equal(run->error, -ENOMEM);
	assert_false(run->died);
	end_run(run);
}

/* What it began is brought to its end by its own means, not by giving back. */
static void test_task_dies(void **state)
{
	struct run *run = start_task();

	(void)state;
	script->dies_in_execute = true;
	assert_int_equal(in_child(run), 100);
	assert_int_equal(run->phase, RUN_EXECUTE);
	assert_int_equal(script->task_finished, 1);
	assert_int_equal(script->undone_of, WORKER_DIED);
	assert_int_equal(script->undone, 0);
	end_run(run);
}

/* A signal does not keep from its end what was begun. */
static void test_task_interrupted(void **state)
{
	struct run *run = start_task();

	(void)state;
	script->interrupts = SIGHUP;
	assert_int_not_equal(in_child(run), 100);
	assert_int_equal(run->signal, SIGHUP);
	assert_false(run->interrupted);
	assert_int_equal(run->phase, RUN_DONE);
	assert_int_equal(script->task_finished, 0);
	end_run(run);
}

/* The worker is in a session of its own where a terminal may hang up. */
static void test_session(void **state)
{
	(void)state;
	for (int detached = 0; detached < 2; detached++) {
		struct run *run = start_run(CARD);

		run->detached = detached;
		assert_int_equal(in_child(run), 100);
		assert_int_equal(script->executed, 1);
		assert_true((script->session == getsid(0)) == !detached);
		end_run(run);
	}
}

static void test_waits(void **state)
{
	struct run *run = start_run(CARD " vfio_early.wait=3600");

	(void)state;
	script->surveys_incomplete = 3;
	supervise(run);
	assert_int_equal(run->error, 0);
	assert_int_equal(script->waits, 3);
	/* What came is looked at once more when the others of its slot have come, too. */
	assert_int_equal(script->settled, 4);
	assert_int_equal(script->surveys, 5);
	assert_int_equal(script->executed, 1);
	end_run(run);
}

static void test_does_not_wait_unasked(void **state)
{
	struct run *run = start_run(CARD);

	(void)state;
	script->surveys_incomplete = 3;
	supervise(run);
	assert_int_equal(script->surveys, 1);
	assert_int_equal(script->waits, 0);
	assert_int_equal(script->settled, 0);
	assert_int_equal(script->executed, 1);
	end_run(run);
}

static void test_wanted(void **state)
{
	struct run *run = start_run("");

	(void)state;
	assert_false(run_is_wanted(run));
	end_run(run);
	run = start_run(CARD);
	assert_true(run_is_wanted(run));
	end_run(run);
	run = start_run(CARD " vfio_early=off");
	assert_false(run_is_wanted(run));
	end_run(run);
	run = start_run("vfio_early.force=01:00.0 vfio_early.protect=01:00.0");
	assert_false(run_is_wanted(run));
	end_run(run);
}

static const struct {
	enum result result;
	bool refused;
	bool dry_run;
	int code;
} codes[] = {
	{ RESULT_TAKEN, false, false, 0 },  { RESULT_ALREADY, false, false, 0 },
	{ RESULT_PENDING, false, true, 0 }, { RESULT_PENDING, false, false, 1 },
	{ RESULT_UNDONE, false, false, 1 }, { RESULT_STUCK, false, false, 1 },
	{ RESULT_LEFT, true, false, 1 },    { RESULT_LEFT, true, true, 1 },
};

static void test_exit_codes(void **state)
{
	struct problem problem = { .text = "bad" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct run *run = start_run(CARD);

		machine_survey(run, &machine);
		assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology),
				 0);
		run->settings.dry_run = codes[i].dry_run;
		run->plan.groups[0].refused = codes[i].refused;
		run->plan.groups[0].members[0].result = codes[i].result;
		assert_int_equal(run_exit_code(run), codes[i].code);
		run->plan.finding_count = 1;
		assert_int_equal(run_exit_code(run), 1);
		/* What was malformed goes before all else. */
		run->settings.problems = &problem;
		assert_int_equal(run_exit_code(run), 2);
		end_run(run);
	}
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
		cmocka_unit_test(test_survey_fails),
		cmocka_unit_test(test_not_our_turn),
		cmocka_unit_test(test_not_our_workers_turn),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_watcher_dies),
		cmocka_unit_test(test_undo_has_its_time),
		cmocka_unit_test(test_task),
		cmocka_unit_test(test_task_not_its_turn),
		cmocka_unit_test(test_task_fails),
		cmocka_unit_test(test_task_dies),
		cmocka_unit_test(test_task_interrupted),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_worker_dies_in_survey),
		cmocka_unit_test(test_worker_dies_in_execute),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_does_not_wait_unasked),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_exit_codes),
	};

	/* A shell without job control starts background commands with these ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
