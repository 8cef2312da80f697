// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"
#include "boot/undo.h"
#include "plan/run.h"

/* A task that replaces taking devices. */
struct run_task {
	/* Carries out the plan in the worker; NULL takes devices. Returns 0 or -errno. */
	int (*execute)(struct run *run, const struct execution *execution);
	/* Finishes, in a child, the steps of a dead or stuck worker; NULL gives devices back. */
	void (*finish)(struct run *run, const struct execution *execution, enum worker_end end);
};

/* How long undoing may take after the time for the work: twice its own, in milliseconds. */
#define SUPERVISE_UNDO_MILLISECONDS (2 * UNDO_MILLISECONDS)

/*
 * Surveys, plans and carries out the plan on this machine's sysfs. Waits for missing
 * devices as long as settings say, and never takes longer than they allow. A child does
 * the work; whatever it leaves unfinished is undone, for at most
 * SUPERVISE_UNDO_MILLISECONDS more. A worker whose watcher was killed gives unfinished
 * groups back. Results, errors included, are in run. A second run waits until the first
 * is destroyed; run->error is -EBUSY if that takes too long. With run->detached, signals
 * stay held until the process ends.
 */
void supervise(struct run *run);
