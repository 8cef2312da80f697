// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/worker.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "boot/ask.h"
#include "boot/give_back.h"
#include "boot/hotplug.h"
#include "boot/lock.h"
#include "boot/module_loader.h"
#include "boot/supervise.h"
#include "boot/trial.h"
#include "lib/deadline.h"
#include "lib/log.h"
#include "lib/util.h"
#include "machine/module.h"
#include "machine/pci.h"
#include "plan/leftover.h"
#include "plan/survey.h"

/*
 * The worker's own lock, for a worker that outlives its watcher and so the watcher's
 * lock: the next run waits for it too. It is on another file, because the worker writes
 * to that one, and closing it would release the lock.
 */
#define WORKER_LOCK_PATH "/sys/bus/pci/drivers_autoprobe"

/* Returns whether the run takes devices, and so may change something before the plan is made. */
static bool takes(const struct run *run)
{
	return !run->settings.dry_run && !(run->task && run->task->execute);
}

/*
 * Loads the driver of a virtio-iommu and its transport's: without them the machine has no IOMMU.
 * In this order no other virtio device's probe is deferred.
 */
static void load_iommu(const struct module_loader *loader, const struct sysfs *sysfs)
{
	if (pci_iommu_state(sysfs) != IOMMU_OFF_VIRTIO)
		return;
	loader->load(loader->context, "virtio_iommu");
	loader->load(loader->context, "virtio_pci");
}

/* Reads the devices and waits for missing ones. Returns 0 or -errno. */
static int survey_and_wait(struct run *run, const struct sysfs *sysfs,
			   struct module_context *modules, const struct module_loader *loader,
			   struct pci_source **source)
{
	struct deadline deadline = deadline_after((int64_t)run->settings.wait_seconds * 1000);
	int events = run->settings.wait_seconds ? hotplug_listen() : -1;
	const struct selector *missing, *said = NULL;
	size_t mark = arena_mark(run->arena);
	bool waited = false, settled = false, asked = false;
	int error;

	for (;;) {
		arena_rewind(run->arena, mark);
		error = pci_open(sysfs, source);
		if (error)
			break;
		error = survey(&run->topology, run->arena, &run->settings, *source, sysfs, modules);
		/* Each survey may find new devices, so each is followed by asking once. */
		asked = !error && !asked && run->topology.late_groups && takes(run) &&
			trial_allows(run, loader);
		if (asked) {
			const struct deadline all = deadline_after(run->allowed / 2);

			error = ask_groups(run, sysfs, *source, &all);
			pci_close(*source);
			if (error)
				break;
			continue;
		}
		missing =
			error ? NULL : survey_find_missing(&run->topology, &run->settings, waited);
		/* Files that the last scan has open are closed when the worker ends. */
		if (error || (missing ? !deadline_left(&deadline) : !waited || settled))
			break;
		pci_close(*source);
		waited = true;
		settled = !missing;
		/* More may follow: the functions of a slot are added one after another. */
		if (settled) {
			hotplug_settle(events);
			continue;
		}
		if (missing != said)
			log_line(LOG_LEVEL_DEBUG, "waiting at most %d s for '%s'",
				 (deadline_left(&deadline) + 999) / 1000, missing->text);
		said = missing;
		hotplug_wait(events, &deadline);
	}
	if (events >= 0)
		close(events);
	return error;
}

static int tell(int fd, enum word word)
{
	char byte = (char)word;

	return write(fd, &byte, 1) == 1 ? 0 : -EPIPE;
}

static bool takes_any(const struct plan *plan)
{
	for (size_t i = 0; i < plan->group_count; i++)
		if (!plan->groups[i].refused)
			return true;
	return false;
}

/* Makes the plan; touches no device of the plan. Returns 0 or -errno. */
static int decide(struct run *run, const struct sysfs *sysfs, struct module_loaders *loaders,
		  const struct module_loader *loader, int fd, struct pci_source **source)
{
	struct module_context *modules = NULL;
	int error = 0;

	/* Only choosing a variant driver needs the modules here. */
	if (!run->settings.driver)
		error = module_loader_modules(loaders, &modules);
	run->phase = RUN_SURVEY;
	if (takes(run))
		load_iommu(loader, sysfs);
	if (!error)
		error = survey_and_wait(run, sysfs, modules, loader, source);
	if (!error)
		error = tell(fd, WORD_WAITED);
	if (!error)
		error = plan_make(&run->plan, run->arena, &run->settings, &run->topology);
	if (!error && takes(run) && takes_any(&run->plan) && !trial_allows(run, loader))
		run->plan = (struct plan){ 0 };
	if (!error && run->at_boot && !run_stands_down(run))
		error = leftover_list(&run->plan, run->arena, &run->settings, &run->topology);
	return error;
}

/* Returns whether a second process saves time: on a single processor it only costs. */
static bool has_processors(void)
{
	cpu_set_t processors;

	return sched_getaffinity(0, sizeof(processors), &processors) == 0 &&
	       CPU_COUNT(&processors) > 1;
}

/*
 * Returns the driver whose dependencies are loaded while devices are read; NULL for none.
 * The dependencies bind nothing. They are needed once a device is taken; if all are
 * refused, they stay loaded, unused.
 */
static const char *driver_in_advance(const struct settings *settings)
{
	const char *driver = settings->driver ? settings->driver : "vfio-pci";

	return module_is_vfio(driver) ? driver : NULL;
}

/*
 * Records which devices vfio-pci would have taken by ids= in modprobe.d. Only the report
 * needs this, so errors are ignored.
 */
static void note_options(struct run *run, struct module_loaders *loaders, struct pci_source *source)
{
	static const struct origin origin = { .source = "modprobe.d" };
	size_t count = run->settings.claimed.count;
	struct module_context *modules;
	int error = module_loader_modules(loaders, &modules);

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

/* The watcher, and whether it has ended. It is static because a signal handler has no context. */
static struct {
	pid_t pid;
	volatile sig_atomic_t gone;
} parent;

static void look_for_watcher(int number)
{
	(void)number;
	/* The kernel gives children a new parent before it sends the signal (kernel/exit.c). */
	if (getppid() != parent.pid)
		parent.gone = 1;
}

/* Has the kernel send a signal when the watcher ends; each step checks what it sets. */
static void follow_watcher(pid_t pid)
{
	struct sigaction action = { .sa_handler = look_for_watcher, .sa_flags = SA_RESTART };
	sigset_t signals;

	parent.pid = pid;
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaction(SIGUSR1, &action, NULL);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	/* The watcher may have ended already. */
	look_for_watcher(SIGUSR1);
}

/*
 * Returns whether to begin nothing more: the user wants to stop, or nobody is left to end
 * a step that gets stuck.
 */
static bool is_stopped(void *context)
{
	struct run *run = context;

	if (!run->signal && !parent.gone)
		return false;
	run->interrupted = true;
	return true;
}

/* Carries out the plan. Returns 0 or -errno. */
static int carry_out(struct run *run, const struct execution *execution)
{
	if (run->settings.dry_run || run_stands_down(run) ||
	    execution->is_stopped(execution->context))
		return 0;
	if (run->task && run->task->execute)
		return run->task->execute(run, execution);
	/* The devices to take come first: another driver may start slowly. */
	execute(&run->plan, execution);
	give_back_leftovers(&run->plan, execution);
	return 0;
}

/* Surveys, plans and carries out; reports progress on fd. Returns 0 or -errno. */
static int work(struct run *run, int fd, struct module_loaders *loaders)
{
	struct module_loader loader = module_loader_interface(loaders);
	struct execution execution = { .loader = &loader,
				       .is_stopped = is_stopped,
				       .context = run,
				       .lingers = run->detached,
				       .kexec = run->kexec };
	struct pci_source *source;
	struct sysfs sysfs;
	int error;

	if (takes(run) && has_processors())
		module_loader_start(loaders, driver_in_advance(&run->settings), fd);
	loaders->deadline = deadline_after(run->allowed / 2);
	error = sysfs_open(&sysfs, "/sys");
	sysfs.keeps = takes(run);
	if (!error)
		error = decide(run, &sysfs, loaders, &loader, fd, &source);
	if (error)
		return error;
	execution.sysfs = &sysfs;
	execution.deadline = deadline_after(run->allowed * 3 / 4);
	loaders->deadline = execution.deadline;
	run->phase = RUN_EXECUTE;
	error = carry_out(run, &execution);
	if (error)
		return error;
	if (run->at_boot && !run_stands_down(run))
		note_options(run, loaders, source);
	run->phase = RUN_DONE;
	return 0;
}

/* Logs the line that a killed watcher cannot. */
static void say_abandoned(const struct run *run)
{
	log_line(LOG_LEVEL_ERROR, "the supervising process was killed; %s",
		 run->interrupted ? "unfinished groups were given back"
				  : "the work was already finished");
}

static int work_alone(struct run *run, int fd)
{
	struct module_loaders loaders = { .places = run->modules };
	struct deadline deadline = deadline_after(run->allowed / 2);
	pid_t holder;
	int lock, error = 0;

	/* A dead watcher must not kill the worker in the middle of a step. */
	signal(SIGPIPE, SIG_IGN);
	if (run->detached)
		setsid();
	if (!run->settings.dry_run)
		error = lock_take(WORKER_LOCK_PATH, &deadline, &lock, &holder);
	if (error) {
		run->holder = holder;
		return error;
	}
	error = work(run, fd, &loaders);
	module_loader_end(&loaders);
	return error;
}

void worker_run(struct run *run, pid_t watcher, int fd)
{
	follow_watcher(watcher);
	run->error = work_alone(run, fd);
	if (tell(fd, WORD_DONE) == 0)
		_exit(0);
	say_abandoned(run);
	_exit(1);
}
