// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"

/* Time for undoing, in milliseconds, besides the time for the work. */
#define UNDO_MILLISECONDS 5000

/* How the process that carried out a plan ended. */
enum worker_end {
	WORKER_CUT_OFF, /* took too long and is stuck in its last step */
	WORKER_KILLED,	/* took too long and is gone */
	WORKER_DIED,
	WORKER_STOPPED, /* was told to stop between two steps */
};

/*
 * Gives back every unfinished group of a plan whose execution ended early. Leaves alone a
 * member in a step that a process is still stuck in: the step would block here too. If
 * the worker died, its member is undone like the others.
 */
void undo_unfinished(struct plan *plan, const struct execution *execution, enum worker_end end);

/*
 * Gives back a group in which a step failed, from the last member to the first. Has its
 * own time, however little the execution's deadline leaves. Allocates nothing.
 */
void undo_group(struct plan *plan, const struct execution *execution, struct planned_group *group);

/*
 * Gives back the group in progress when the run was stopped, even if its last step
 * completed it. group may be NULL.
 */
void undo_stopped_group(struct plan *plan, const struct execution *execution,
			struct planned_group *group);
