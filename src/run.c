// SPDX-License-Identifier: GPL-2.0-or-later
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deadline.h"
#include "execute.h"
#include "give_back.h"
#include "hotplug.h"
#include "leftover.h"
#include "loader.h"
#include "lock.h"
#include "log.h"
#include "module.h"
#include "pci.h"
#include "survey.h"
#include "util.h"

/* Address space, not memory: enough for ten thousand functions. */
#define ARENA_SIZE (64 << 20)

/* Of the time allowed, at most this is kept for undoing what was cut off. */
#define UNDO_MILLISECONDS 2000

/* Who changes devices has the lock on this: see lock.h. */
#define LOCK_PATH "/sys/bus/pci/drivers_probe"

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

/* The devices that were taken come first: what another driver's start costs is not theirs. */
static void carry_out(struct run *run, const struct execution *execution)
{
	execute(&run->plan, execution);
	give_back_leftovers(&run->plan, execution);
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

/* What the worker does; it says on fd how far it has come. */
static int work(struct run *run, int fd)
{
	struct loader loader = { .places = run->modules };
	struct module_loader interface = loader_interface(&loader);
	struct execution execution = { .loader = &interface };
	struct pci_source *source;
	struct sysfs sysfs;
	int error;

	if (!run->settings.dry_run)
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
	if (!run->settings.dry_run)
		carry_out(run, &execution);
	if (run->at_boot)
		note_options(run, &loader, source);
	run->phase = RUN_DONE;
	return 0;
}

/* Undoes, in a child, what a worker that is no more left unfinished. */
static int undo(void *argument)
{
	struct run *run = argument;
	struct execution execution = { .deadline = deadline_after(UNDO_MILLISECONDS / 2) };
	struct sysfs sysfs;
	int error = sysfs_open(&sysfs, "/sys");

	if (error)
		return error;
	execution.sysfs = &sysfs;
	execute_undo_unfinished(&run->plan, &execution, run->died ? WORKER_DIED : WORKER_CUT_OFF);
	give_back_leftovers(&run->plan, &execution);
	return 0;
}

/*
 * Waits for the worker: first while it waits for devices, then as long as the
 * work may take. Gives 0 when it ended, or -ETIMEDOUT.
 */
static int watch(const struct run *run, int fd, int64_t work_milliseconds)
{
	struct deadline deadline =
		deadline_after((int64_t)run->settings.wait_seconds * 1000 + work_milliseconds);
	struct pollfd word = { .fd = fd, .events = POLLIN };
	char byte;

	for (;;) {
		int ready = poll(&word, 1, deadline_left(&deadline));

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			return -ETIMEDOUT;
		/* The end of the pipe is the end of the worker, whatever it died of. */
		if (ready < 0 || read(fd, &byte, 1) != 1 || byte == WORD_DONE)
			return 0;
		deadline = deadline_after(work_milliseconds);
	}
}

/* Watches over the worker until it is done, and over the undoing of what it did not finish. */
static void supervise_worker(struct run *run, pid_t worker, int fd)
{
	int64_t allowed = run->allowed;
	int64_t kept = allowed / 4 < UNDO_MILLISECONDS ? allowed / 4 : UNDO_MILLISECONDS;
	struct deadline undo_deadline;

	run->cut_off = watch(run, fd, allowed - kept) != 0;
	/* One that is done is about to exit; not even that is waited for. */
	if (run->cut_off)
		kill(worker, SIGKILL);
	else
		run->died = run->phase != RUN_DONE && !run->error;
	if (run->phase == RUN_EXECUTE) {
		undo_deadline = deadline_after(kept);
		deadline_call(&undo_deadline, undo, run);
	}
}

static int start_worker(struct run *run, int fd, pid_t *worker)
{
	*worker = fork();
	if (*worker < 0)
		return -errno;
	if (*worker == 0) {
		run->error = work(run, fd);
		_exit(tell(fd, WORD_DONE) ? 1 : 0);
	}
	return 0;
}

/* Waits for another run at the same time, for as long as half of what this one may take. */
static int take_turn(struct run *run)
{
	int64_t timeout = (int64_t)run->settings.timeout_seconds * 1000;
	struct deadline half = deadline_after(timeout / 2);
	int error = run->settings.dry_run ? 0 : lock_take(LOCK_PATH, &half, &run->lock);

	run->allowed = timeout / 2 + deadline_left(&half);
	return error;
}

void run_supervise(struct run *run)
{
	int ends[2], error;
	pid_t worker;

	run->error = take_turn(run);
	if (run->error)
		return;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		run->error = -errno;
		return;
	}
	error = start_worker(run, ends[1], &worker);
	close(ends[1]);
	/* From here on run->error is the worker's to write. */
	if (error)
		run->error = error;
	else
		supervise_worker(run, worker, ends[0]);
	close(ends[0]);
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
	bool unfinished = run->error || run->cut_off || run->died || run->plan.finding_count > 0 ||
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
