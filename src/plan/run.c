// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "boot/give_back.h"
#include "boot/hotplug.h"
#include "boot/lock.h"
#include "boot/module_loader.h"
#include "lib/deadline.h"
#include "lib/held_signals.h"
#include "lib/log.h"
#include "lib/util.h"
#include "machine/module.h"
#include "machine/pci.h"
#include "plan/leftover.h"
#include "plan/survey.h"

/* Address space, not memory: enough for ten thousand functions. */
#define ARENA_SIZE (64 << 20)

/* How long a worker that was killed is waited for. */
#define KILL_MILLISECONDS 500

/*
 * Whoever changes devices has the lock on the first (lock.h). The worker has its own
 * on the second: should it outlive its watcher, the next run waits for it all the same.
 * The worker writes to the first file, and closing that would lose a lock on it.
 */
#define LOCK_PATH	 "/sys/bus/pci/drivers_probe"
#define WORKER_LOCK_PATH "/sys/bus/pci/drivers_autoprobe"

struct run *run_create(void)
{
	struct arena *arena = arena_create(ARENA_SIZE);
	struct run *run = arena ? arena_allocate(arena, 1, sizeof(*run)) : NULL;

	if (!run) {
		arena_destroy(arena);
		return NULL;
	}
	run->arena = arena;
	run->lock = -1;
	run->started = deadline_now();
	run->force_by = "vfio_early.force=";
	settings_init(&run->settings, arena);
	return run;
}

void run_destroy(struct run *run)
{
	if (run->lock >= 0)
		close(run->lock);
	arena_destroy(run->arena);
}

bool run_is_wanted(const struct run *run)
{
	return !run->crash && !run->settings.off && run->settings.devs.count > 0 &&
	       !settings_find_stop(&run->settings);
}

/* Reads the devices; a listed one that is missing is waited for. */
static int survey_and_wait(struct run *run, const struct sysfs *sysfs,
			   struct module_context *modules, struct pci_source **source)
{
	struct deadline deadline = deadline_after((int64_t)run->settings.wait_seconds * 1000);
	int events = run->settings.wait_seconds ? hotplug_listen() : -1;
	const struct selector *missing, *said = NULL;
	size_t mark = arena_mark(run->arena);
	bool waited = false, settled = false;
	int error;

	for (;;) {
		arena_rewind(run->arena, mark);
		error = pci_open(sysfs, source);
		if (error)
			break;
		error = survey(&run->topology, run->arena, &run->settings, *source, sysfs, modules);
		missing =
			error ? NULL : survey_find_missing(&run->topology, &run->settings, waited);
		/* What the last look at the bus has open goes with the worker. */
		if (error || (missing ? !deadline_left(&deadline) : !waited || settled))
			break;
		pci_close(*source);
		waited = true;
		settled = !missing;
		/* It may not be alone: the functions of a slot come one after another. */
		if (settled) {
			hotplug_settle(events);
			continue;
		}
		if (missing != said)
			log_line(LOG_LEVEL_DEBUG, "waiting for '%s', for %d s at most",
				 missing->text, (deadline_left(&deadline) + 999) / 1000);
		said = missing;
		hotplug_wait(events, &deadline);
	}
	if (events >= 0)
		close(events);
	return error;
}

/* What the worker tells the process that watches over it. */
enum word {
	WORD_WAITED = 'w', /* it waits for no device any more */
	WORD_DONE = 'd',   /* it has ended */
};

static int tell(int fd, enum word word)
{
	char byte = (char)word;

	return write(fd, &byte, 1) == 1 ? 0 : -EPIPE;
}

/* Makes the plan; nothing is touched yet. */
static int decide(struct run *run, const struct sysfs *sysfs, int fd, struct pci_source **source)
{
	struct module_context *modules = NULL;
	int error = 0;

	/* Only the choice among variants needs the modules here: loading is the loader's. */
	if (!run->settings.driver)
		error = module_open(run->modules, &modules);
	run->phase = RUN_SURVEY;
	if (!error)
		error = survey_and_wait(run, sysfs, modules, source);
	if (modules)
		module_close(modules);
	if (!error)
		error = tell(fd, WORD_WAITED);
	if (!error)
		error = plan_make(&run->plan, run->arena, &run->settings, &run->topology);
	if (!error && run->at_boot)
		error = leftover_list(&run->plan, run->arena, &run->settings, &run->topology);
	return error;
}

/*
 * The driver whose dependencies are loaded while the devices are still looked
 * at. They bind nothing, and are in the kernel in any case once a device is
 * taken; what is refused in the end leaves them there, unused.
 */
static const char *driver_in_advance(const struct settings *settings)
{
	const char *driver = settings->driver ? settings->driver : "vfio-pci";

	return module_is_vfio(driver) ? driver : NULL;
}

/*
 * Notes what "ids=" in modprobe.d would have taken if vfio-pci had been loaded with it. Only the
 * report stands on that: where it cannot be found out, it is not said.
 */
static void note_options(struct run *run, struct loader *loader, struct pci_source *source)
{
	static const struct origin origin = { .source = "modprobe.d" };
	size_t count = run->settings.claimed.count;
	struct module_context *modules;
	int error = loader_modules(loader, &modules);

	for (size_t i = 0; !error && i < ARRAY_SIZE(leftover_drivers); i++) {
		const char *claimant = NULL;
		char *ids;

		error = module_find_values(modules, leftover_drivers[i], "ids", &ids);
		if (error)
			return;
		if (*ids)
			claimant = arena_print(run->arena,
					       "options %s ids= in modprobe.d of this image",
					       leftover_drivers[i]);
		if (claimant)
			error = settings_add_claims(&run->settings, ids, claimant, &origin);
		free(ids);
	}
	if (error || run->settings.claimed.count == count)
		return;
	error = survey_claimed(&run->topology, run->arena, &run->settings, source);
	if (!error)
		leftover_list(&run->plan, run->arena, &run->settings, &run->topology);
}

/* What the worker asks before each step. */
struct worker {
	struct run *run;
	pid_t watcher;
};

/* Whether to begin nothing more: the user wants that, or nobody is left to end what gets stuck. */
static bool is_stopped(void *context)
{
	struct worker *worker = context;

	if (!worker->run->signal && getppid() == worker->watcher)
		return false;
	worker->run->interrupted = true;
	return true;
}

/* Carries the plan out. */
static int carry_out(struct run *run, const struct execution *execution)
{
	if (run->settings.dry_run || execution->is_stopped(execution->context))
		return 0;
	if (run->task && run->task->execute)
		return run->task->execute(run, execution);
	/* The devices that were taken come first: another driver's start may be slow. */
	execute(&run->plan, execution);
	give_back_leftovers(&run->plan, execution);
	return 0;
}

/* What the worker does; it says on fd how far it has come. */
static int work(struct worker *worker, int fd)
{
	struct run *run = worker->run;
	struct loader loader = { .places = run->modules };
	struct module_loader interface = loader_interface(&loader);
	struct execution execution = { .loader = &interface,
				       .is_stopped = is_stopped,
				       .context = worker,
				       .lingers = run->detached };
	struct pci_source *source;
	struct sysfs sysfs;
	int error;

	if (!run->settings.dry_run && !(run->task && run->task->execute))
		loader_start(&loader, driver_in_advance(&run->settings));
	error = sysfs_open(&sysfs, "/sys");
	if (!error)
		error = decide(run, &sysfs, fd, &source);
	if (error)
		return error;
	execution.sysfs = &sysfs;
	execution.deadline = deadline_after(run->allowed * 3 / 4);
	loader.deadline = execution.deadline;
	run->phase = RUN_EXECUTE;
	error = carry_out(run, &execution);
	if (error)
		return error;
	if (run->at_boot)
		note_options(run, &loader, source);
	run->phase = RUN_DONE;
	return 0;
}

/* Ends, in a child, what a worker that is no more left unfinished. */
struct ending {
	struct run *run;
	enum worker_end end;
};

static int end_work(void *argument)
{
	const struct ending *ending = argument;
	struct run *run = ending->run;
	struct execution execution = { .deadline = deadline_after(EXECUTE_UNDO_MILLISECONDS / 2),
				       .lingers = run->detached };
	struct sysfs sysfs;
	int error = sysfs_open(&sysfs, "/sys");

	if (error)
		return error;
	execution.sysfs = &sysfs;
	if (run->task && run->task->finish) {
		run->task->finish(run, &execution, ending->end);
		return 0;
	}
	execute_undo_unfinished(&run->plan, &execution, ending->end);
	give_back_leftovers(&run->plan, &execution);
	return 0;
}

/*
 * Notes the first signal, so that the worker begins nothing more. Returns whether the worker has
 * nothing to give back.
 */
static bool stop(struct run *run, const struct held_signals *signals)
{
	int number = held_signals_read(signals);

	if (!number || run->signal)
		return false;
	run->signal = number;
	if (run->phase >= RUN_EXECUTE)
		return false;
	run->interrupted = true;
	return true;
}

/*
 * Waits for the worker: first while it waits for devices, then as long as the
 * work may take; while the worker gives back what went wrong, that has its own time.
 * Returns 0 when it ended, -EINTR for a signal before anything was touched, or
 * -ETIMEDOUT.
 */
static int watch(struct run *run, int fd, const struct held_signals *signals)
{
	struct deadline deadline =
		deadline_after((int64_t)run->settings.wait_seconds * 1000 + run->allowed);
	struct pollfd files[] = { { .fd = fd, .events = POLLIN },
				  { .fd = signals->fd, .events = POLLIN } };
	bool undoing = false;
	char byte;

	for (;;) {
		int ready = poll(files, ARRAY_SIZE(files), deadline_left(&deadline));

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0 && run->plan.undoing && !undoing) {
			undoing = true;
			deadline = deadline_after(EXECUTE_UNDO_MILLISECONDS);
			continue;
		}
		if (ready == 0)
			return -ETIMEDOUT;
		if (ready > 0 && files[1].revents) {
			if (stop(run, signals))
				return -EINTR;
			continue;
		}
		/* The end of the pipe is the end of the worker, whatever it died of. */
		if (ready < 0 || read(fd, &byte, 1) != 1 || byte == WORD_DONE)
			return 0;
		deadline = deadline_after(run->allowed);
	}
}

/* Kills the worker. Returns whether it is gone: something may hold it in the kernel. */
static bool kill_worker(pid_t worker)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };
	struct deadline deadline = deadline_after(KILL_MILLISECONDS);

	kill(worker, SIGKILL);
	do {
		if (waitpid(worker, NULL, WNOHANG) == worker)
			return true;
		nanosleep(&pause, NULL);
	} while (deadline_left(&deadline));
	return false;
}

/* Watches over the worker until it is done, and over the undoing of what it did not finish. */
static void supervise_worker(struct run *run, pid_t worker, int fd,
			     const struct held_signals *signals)
{
	struct deadline undo_deadline;
	struct ending ending = { run, WORKER_DIED };
	int end = watch(run, fd, signals);

	run->cut_off = end == -ETIMEDOUT;
	/* One that is done is about to exit; not even that is waited for. */
	if (end)
		ending.end = kill_worker(worker) ? WORKER_KILLED : WORKER_CUT_OFF;
	else
		run->died = run->phase != RUN_DONE && !run->error;
	if (run->phase == RUN_EXECUTE) {
		undo_deadline = deadline_after(EXECUTE_UNDO_MILLISECONDS);
		deadline_call(&undo_deadline, end_work, &ending);
	}
}

/* What is said where the watcher cannot any more. */
static void say_abandoned(const struct run *run)
{
	log_line(LOG_LEVEL_ERROR, "the process that watches over the work was killed; %s",
		 run->interrupted ? "what was not finished was given back"
				  : "the work was done by then");
}

static int work_alone(struct worker *worker, int fd)
{
	struct run *run = worker->run;
	struct deadline deadline = deadline_after(run->allowed / 2);
	pid_t holder;
	int lock, error = 0;

	/* A watcher that is no more is no reason to die in the middle of a step. */
	signal(SIGPIPE, SIG_IGN);
	if (run->detached)
		setsid();
	if (!run->settings.dry_run)
		error = lock_take(WORKER_LOCK_PATH, &deadline, &lock, &holder);
	if (error)
		run->holder = holder;
	return error ? error : work(worker, fd);
}

/* The worker has the pipe's writing end alone: only so it sees that nobody reads any more. */
static int start_worker(struct run *run, const int ends[2], pid_t *child)
{
	struct worker worker = { run, getpid() };

	*child = fork();
	if (*child < 0)
		return -errno;
	if (*child == 0) {
		close(ends[0]);
		run->error = work_alone(&worker, ends[1]);
		if (tell(ends[1], WORD_DONE) == 0)
			_exit(0);
		say_abandoned(run);
		_exit(1);
	}
	return 0;
}

/* What the links say in the end is what is reported, whatever was noted on the way. */
static void read_back(struct run *run)
{
	struct sysfs sysfs;

	if (run->settings.dry_run || run->phase < RUN_EXECUTE ||
	    (run->task && run->task->execute) || sysfs_open(&sysfs, "/sys"))
		return;
	execute_read_back(&run->plan, &sysfs);
	sysfs_close(&sysfs);
}

/* Waits for another run at the same time, for as long as half of what this one may take. */
static int take_turn(struct run *run)
{
	int64_t timeout = (int64_t)run->settings.timeout_seconds * 1000;
	struct deadline half = deadline_after(timeout / 2);
	int error =
		run->settings.dry_run ? 0 : lock_take(LOCK_PATH, &half, &run->lock, &run->holder);

	run->allowed = timeout / 2 + deadline_left(&half);
	return error;
}

void run_supervise(struct run *run)
{
	struct held_signals signals = { .fd = -1 };
	int ends[2], error;
	pid_t worker;

	run->error = take_turn(run);
	if (run->error)
		return;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		run->error = -errno;
		return;
	}
	if (run->detached)
		held_signals_start(&signals);
	error = start_worker(run, ends, &worker);
	close(ends[1]);
	/* From here on run->error is the worker's to write. */
	if (error)
		run->error = error;
	else
		supervise_worker(run, worker, ends[0], &signals);
	close(ends[0]);
	held_signals_close(&signals);
	read_back(run);
}

bool run_is_locked_out(const struct run *run)
{
	return run->error == -EBUSY && run->phase == RUN_SETTINGS;
}

void run_finish(struct run *run)
{
	run->finished = deadline_now();
}

static bool group_is_done(const struct planned_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].role == ROLE_TAKE &&
		    group->members[i].result != RESULT_TAKEN &&
		    group->members[i].result != RESULT_ALREADY)
			return false;
	return true;
}

int run_exit_code(const struct run *run)
{
	bool unfinished = run->error || run->cut_off || run->died || run->interrupted ||
			  run->plan.finding_count > 0 ||
			  (!run->settings.dry_run && !leftover_is_done(&run->plan));

	/* The dump is all that such a boot is for, whatever else is in its image. */
	if (run->crash)
		return 0;
	if (run->settings.problems)
		return 2;
	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		if (group->refused || (!run->settings.dry_run && !group_is_done(group)))
			unfinished = true;
	}
	return unfinished ? 1 : 0;
}
