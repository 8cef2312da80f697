// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/arena.h"
#include "machine/module.h"
#include "machine/topology.h"
#include "plan/plan.h"
#include "settings/settings.h"

/* How far a run has come. */
enum run_phase {
	RUN_SETTINGS, /* reading what the user wrote */
	RUN_SURVEY,   /* reading devices; nothing is touched yet */
	RUN_EXECUTE,  /* carrying out the plan */
	RUN_DONE,
};

/* Whether a run's configuration is a trial (boot/trial.h). */
enum run_trial {
	RUN_TRIAL_UNDECIDED,
	RUN_TRIAL_NONE,	      /* it has come up before, or this machine has no trials */
	RUN_TRIAL_RUNNING,    /* it is recorded, and waits to be confirmed */
	RUN_TRIAL_UNRECORDED, /* it could not be recorded, and runs without */
	RUN_TRIAL_STOOD_DOWN, /* its last boot did not come up: nothing is touched */
	RUN_TRIAL_UNARMED,    /* GRUB did not record it, since nobody told it to: likewise */
	RUN_TRIAL_DAMAGED,    /* the record says nothing that makes sense: likewise */
};

struct run_task; /* boot/supervise.h */

/*
 * Everything known about one run. It lies in shared memory (lib/arena.h), so that the
 * watching process can report what happened if the worker never comes back.
 */
struct run {
	struct arena *arena;
	struct settings settings;
	const struct module_places *modules; /* NULL for the usual places; outlives the run */
	bool at_boot;			     /* leftovers count too (leftover.h) */
	const char *force_by; /* the text before a selector to force: "vfio_early.force=" */
	struct topology topology;
	struct plan plan;
	volatile enum run_phase phase;
	const struct run_task *task; /* NULL to take devices; outlives the run */
	void *context;		     /* of the task */
	/*
	 * For a command on a running system: the worker gets its own session, signals
	 * stop the run in order, and a device stuck in its driver is given back later.
	 */
	bool detached;
	int lock;	     /* descriptor, or -1 (boot/lock.h) */
	pid_t holder;	     /* the process that still has the lock, after -EBUSY; 0 if unknown */
	int64_t allowed;     /* time for the work, in milliseconds, without undoing */
	volatile int signal; /* the signal that asked to stop; 0 for none */
	volatile bool
		interrupted; /* the signal, or the watcher's end, came before the work's end */
	int error;	     /* -errno that ended the run before a plan was made */
	bool cut_off;	     /* the deadline came first */
	bool groups_asked;   /* the kernel was asked for the groups that it had not given */
	/*
	 * The device whose group the kernel is being asked for, with the override of boot/ask.c;
	 * NULL for none.
	 */
	const struct device *volatile asked;
	enum run_trial trial;
	int trial_error;	/* -errno that kept it from being recorded or read */
	uint64_t configuration; /* its fingerprint, where GRUB records trials; else 0 */
	bool crash;		/* the kernel was started by kdump: nothing is touched */
	bool kexec;	 /* the kernel was started by another one: devices were in its hands */
	bool died;	 /* the worker ended before its work */
	int64_t started; /* on CLOCK_MONOTONIC, in nanoseconds */
	int64_t finished;
};

/*
 * Returns a run with default settings and an arena of its own; NULL if out of memory. The
 * caller calls run_destroy().
 */
struct run *run_create(void);

void run_destroy(struct run *run);

/* Returns whether the user asked for anything and nothing stops the taking. */
bool run_is_wanted(const struct run *run);

/* Returns whether nothing is touched because of a trial that has not come up. */
bool run_stands_down(const struct run *run);

/*
 * Returns whether the run gave up waiting for another run's lock. It has then looked at
 * no device and has nothing to report.
 */
bool run_is_locked_out(const struct run *run);

/* Records the time at which the run ended. Call before reporting. */
void run_finish(struct run *run);

/*
 * Returns the exit code (lib/command.h): 0 if everything asked for is done, 1 if
 * something was refused, absent or undone or nothing is picked, 2 if something did not parse.
 */
int run_exit_code(const struct run *run);
