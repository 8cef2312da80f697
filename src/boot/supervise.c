// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "boot/ask.h"
#include "boot/give_back.h"
#include "boot/lock.h"
#include "boot/worker.h"
#include "lib/deadline.h"
#include "lib/held_signals.h"
#include "lib/util.h"

/* How long to wait for a killed worker. */
#define KILL_MILLISECONDS 500

/* Whoever changes devices holds the lock on this file (boot/lock.h). */
#define LOCK_PATH "/sys/bus/pci/drivers_probe"

/* Finishes, in a child, the steps of a dead or stuck worker. */
struct ending {
	struct run *run;
	enum worker_end end;
};

static int end_work(void *argument)
{
	const struct ending *ending = argument;
	struct run *run = ending->run;
	struct execution execution = { .deadline = deadline_after(UNDO_MILLISECONDS / 2),
				       .lingers = run->detached };
	struct sysfs sysfs;
	int error = sysfs_open(&sysfs, "/sys");

	if (error)
		return error;
	execution.sysfs = &sysfs;
	ask_end(run, &sysfs);
	if (run->phase != RUN_EXECUTE)
		return 0;
	if (run->task && run->task->finish) {
		run->task->finish(run, &execution, ending->end);
		return 0;
	}
	undo_unfinished(&run->plan, &execution, ending->end);
	give_back_leftovers(&run->plan, &execution);
	return 0;
}

/*
 * Records the first signal, so that the worker begins nothing more. Returns whether the
 * worker has nothing to give back.
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
 * Waits for the worker: while it waits for devices, then while it works, and while it
 * undoes, each with a time of its own. Returns 0 when it has ended, -EINTR for a signal
 * before anything was touched, or -ETIMEDOUT.
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
			deadline = deadline_after(UNDO_MILLISECONDS);
			continue;
		}
		if (ready == 0)
			return -ETIMEDOUT;
		if (ready > 0 && files[1].revents) {
			if (stop(run, signals))
				return -EINTR;
			continue;
		}
		/* The pipe's end shows the worker's end, however it died. */
		if (ready < 0 || read(fd, &byte, 1) != 1 || byte == WORD_DONE)
			return 0;
		deadline = deadline_after(run->allowed);
	}
}

/* Kills the worker. Returns whether it is gone: it may be stuck in the kernel. */
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

/* Watches the worker until it ends, and has its unfinished steps undone. */
static void supervise_worker(struct run *run, pid_t worker, int fd,
			     const struct held_signals *signals)
{
	struct deadline undo_deadline;
	struct ending ending = { run, WORKER_DIED };
	int end = watch(run, fd, signals);

	run->cut_off = end == -ETIMEDOUT;
	/* A worker that has reported its end is not waited for. */
	if (end)
		ending.end = kill_worker(worker) ? WORKER_KILLED : WORKER_CUT_OFF;
	else
		run->died = run->phase != RUN_DONE && !run->error;
	if (run->phase == RUN_EXECUTE || run->asked) {
		undo_deadline = deadline_after(UNDO_MILLISECONDS);
		deadline_call(&undo_deadline, end_work, &ending);
	}
}

/* Starts the worker, which alone keeps the pipe's writing end. */
static int start_worker(struct run *run, const int ends[2], pid_t *child)
{
	pid_t watcher = getpid();

	*child = fork();
	if (*child < 0)
		return -errno;
	if (*child == 0) {
		close(ends[0]);
		worker_run(run, watcher, ends[1]);
	}
	return 0;
}

/* The report shows the final driver links, not what was recorded on the way. */
static void read_back(struct run *run)
{
	struct sysfs sysfs;

	if (run->settings.dry_run || run->phase < RUN_EXECUTE ||
	    (run->task && run->task->execute) || sysfs_open(&sysfs, "/sys"))
		return;
	execute_read_back(&run->plan, &sysfs);
	sysfs_close(&sysfs);
}

/* Waits for another run, for at most half of this run's time. */
static int take_turn(struct run *run)
{
	int64_t timeout = (int64_t)run->settings.timeout_seconds * 1000;
	struct deadline half = deadline_after(timeout / 2);
	int error =
		run->settings.dry_run ? 0 : lock_take(LOCK_PATH, &half, &run->lock, &run->holder);

	run->allowed = timeout / 2 + deadline_left(&half);
	return error;
}

void supervise(struct run *run)
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
	/* From here on only the worker writes run->error. */
	if (error)
		run->error = error;
	else
		supervise_worker(run, worker, ends[0], &signals);
	close(ends[0]);
	held_signals_close(&signals);
	read_back(run);
}
