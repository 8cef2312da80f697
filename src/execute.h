// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "deadline.h"
#include "module.h"
#include "plan.h"
#include "sysfs.h"

/* What a plan is carried out with. */
struct execution {
	const struct sysfs *sysfs;
	const struct module_loader *loader;
	struct deadline deadline; /* for what may block for ever */
};

/*
 * Carries the plan out and records in it what came of each step. A group that
 * does not come out whole is undone as a whole. Allocates nothing, so that
 * undoing cannot fail for want of memory.
 */
void execute(struct plan *plan, const struct execution *execution);

/* How the process that carried a plan out came to its end. */
enum worker_end {
	WORKER_CUT_OFF, /* it took too long */
	WORKER_DIED,
};

/*
 * Gives back every group that is not finished, for a plan whose execution came
 * to an end before it was done. A member that was in the middle of a step is
 * left alone if that took too long: what blocked there would block here too.
 * Of one that died it is undone like the others.
 */
void execute_undo_unfinished(struct plan *plan, const struct execution *execution,
			     enum worker_end end);
