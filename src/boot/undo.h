// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"

/* Time for undoing, in addition to the time for the work, which therefore never cuts it off. */
#define UNDO_MILLISECONDS 5000

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
void undo_unfinished(struct plan *plan, const struct execution *execution, enum worker_end end);

/*
 * Gives back a group of which something failed, the last member first. It has its own time,
 * however little the execution's deadline leaves. Allocates nothing.
 */
void undo_group(struct plan *plan, const struct execution *execution, struct planned_group *group);

/*
 * Gives back the group that was under way when the run was stopped, although its last step may
 * have completed it. group may be NULL, for none.
 */
void undo_stopped_group(struct plan *plan, const struct execution *execution,
			struct planned_group *group);
