// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"
#include "boot/undo.h"
#include "plan/run.h"

/* Replaces the taking of devices by another task. */
struct run_task {
	/* Carries the plan out, in the worker; NULL for taking the devices. Returns 0 or -errno. */
	int (*execute)(struct run *run, const struct execution *execution);
	/* Ends what a worker that is no more has begun, in a child; NULL for giving it back. */
	void (*finish)(struct run *run, const struct execution *execution, enum worker_end end);
};

/* Milliseconds that undoing may take when the time for the work is over: twice its own. */
#define SUPERVISE_UNDO_MILLISECONDS (2 * UNDO_MILLISECONDS)

/*
 * Surveys, plans and carries the plan out on this machine's sysfs, waiting for
 * missing devices as long as settings say, and never longer than settings
 * allow. The work is done by a child; what it leaves unfinished is undone, for
 * which there is time beyond that, SUPERVISE_UNDO_MILLISECONDS at most. A worker whose
 * watcher was killed gives back what is not finished. Of two runs at the same time
 * one waits for the other, until that is destroyed; -EBUSY is the error when it
 * takes too long. With run->detached, signals are held until the process ends.
 */
void supervise(struct run *run);
