// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/deadline.h"
#include "machine/module.h"
#include "machine/sysfs.h"
#include "plan/plan.h"

/* What a plan is carried out with. */
struct execution {
	const struct sysfs *sysfs;
	const struct module_loader *loader;
	struct deadline deadline; /* for what may block for ever */
	/*
	 * Whether to take nothing more, asked before each step; NULL for never. The groups
	 * that are not done by then are given back.
	 */
	bool (*is_stopped)(void *context);
	void *context;
	/*
	 * Whether a child that is stuck in an unbinding lives on to give the device back
	 * once the driver lets go, when nobody waits for it any more.
	 */
	bool lingers;
};

/* What undoing may take beyond the time for the work, so that it is never cut off by it. */
#define EXECUTE_UNDO_MILLISECONDS 5000

/*
 * Carries the plan out and records in it what came of each step. A group that
 * does not come out whole is undone as a whole. Allocates nothing, so that
 * undoing cannot fail for want of memory.
 */
void execute(struct plan *plan, const struct execution *execution);

/* How the process that carried a plan out came to its end. */
enum worker_end {
	WORKER_CUT_OFF, /* it took too long, and is stuck in what it did last */
	WORKER_KILLED,	/* it took too long, and is gone */
	WORKER_DIED,
	WORKER_STOPPED, /* it was told to stop between two steps */
};

/*
 * Gives back every group that is not finished, for a plan whose execution came
 * to an end before it was done. A member that was in the middle of a step that
 * something is still stuck in is left alone: what blocked there would block here
 * too. If the worker is gone, the member is undone like the others.
 */
void execute_undo_unfinished(struct plan *plan, const struct execution *execution,
			     enum worker_end end);

/*
 * Reads every member's driver link back, which never blocks, and corrects what the
 * plan says of the member: a group is done only where each member is on its driver.
 * To be called once nothing is at the devices any more.
 */
void execute_read_back(struct plan *plan, const struct sysfs *sysfs);
