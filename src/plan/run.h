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
	RUN_SETTINGS, /* what the user wrote is being read */
	RUN_SURVEY,   /* devices are being read; nothing was touched */
	RUN_EXECUTE,  /* the plan is made and is being carried out */
	RUN_DONE,
};

struct run_task; /* boot/supervise.h */

/*
 * All that is known of one run. It lies in the arena, so that the process
 * that watches over the run can tell what happened if the one that does the
 * work never comes back.
 */
struct run {
	struct arena *arena;
	struct settings settings;
	const struct module_places *modules; /* NULL for the usual; outlives the run */
	bool at_boot;			     /* what is beside the plan counts too: leftover.h */
	const char *force_by; /* what is written before selectors to force: "vfio_early.force=" */
	struct topology topology;
	struct plan plan;
	volatile enum run_phase phase;
	const struct run_task *task; /* NULL for taking devices; outlives the run */
	void *context;		     /* the task's */
	/*
	 * For a command of a running system: the worker gets a session of its own, signals
	 * stop the run in order, and what is stuck in a driver is given back later.
	 */
	bool detached;
	int lock;	     /* a descriptor, or -1 (lock.h) */
	pid_t holder;	     /* who had the lock in the end, for -EBUSY; 0 if unknown */
	int64_t allowed;     /* milliseconds that the work may take, undoing it not included */
	volatile int signal; /* that asked for the end; 0 for none */
	volatile bool interrupted; /* the signal, or the watcher's end, came before the work's */
	int error;		   /* -errno that ended the run before a plan was made */
	bool cut_off;		   /* the deadline came before the end */
	/*
	 * Whether the kernel was asked for the groups that it had not given, and the device that
	 * it is being asked about, whose override is boot/ask.c's meanwhile; NULL for none.
	 */
	bool groups_asked;
	const struct device *volatile asked;
	bool crash;	 /* the kernel is one that kdump started: nothing is touched */
	bool died;	 /* the worker ended before its work did */
	int64_t started; /* on the monotonic clock, in nanoseconds */
	int64_t finished;
};

/* Prepares a run with default settings; its arena is made here. Returns NULL when memory is short.
 */
struct run *run_create(void);

void run_destroy(struct run *run);

/* Whether the user asked for anything, and nothing stops the taking. */
bool run_is_wanted(const struct run *run);

/*
 * Whether the run gave up waiting for another one, which has the lock: it has looked at no
 * device, and knows nothing that the other does not report.
 */
bool run_is_locked_out(const struct run *run);

/* Takes the time at which the run ended, before it is reported. */
void run_finish(struct run *run);

/*
 * The exit code: 0 when all that was asked for is done, 1 when something was
 * refused, is absent or was undone, 2 when something did not parse.
 */
int run_exit_code(const struct run *run);
