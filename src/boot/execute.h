// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/deadline.h"
#include "machine/module.h"
#include "machine/sysfs.h"
#include "plan/plan.h"

/* What executing a plan needs from its caller. */
struct execution {
	const struct sysfs *sysfs;
	const struct module_loader *loader;
	struct deadline deadline; /* for everything that may block for ever */
	/*
	 * Returns whether to stop. Called before each step; NULL for never. Groups that
	 * are not done by then are given back.
	 */
	bool (*is_stopped)(void *context);
	void *context;
	/*
	 * Whether a child stuck in an unbind lives on and gives the device back once the
	 * driver lets go.
	 */
	bool lingers;
	/*
	 * Whether another kernel had the devices before this one, and has left them as it
	 * pleased. One that no driver of this kernel has taken over is reset before it is taken.
	 */
	bool kexec;
};

/*
 * Carries out the plan and records the result of each step in it. A group that cannot be
 * taken as a whole is undone as a whole. Allocates nothing, so that undoing cannot fail
 * for lack of memory.
 */
void execute(struct plan *plan, const struct execution *execution);

/*
 * Reads back which driver every member has, which never blocks, and corrects the plan: a group
 * counts as taken only if every member is on its driver. Call when nothing changes the
 * devices any more.
 */
void execute_read_back(struct plan *plan, const struct sysfs *sysfs);
