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

/*
 * Carries the plan out and records in it what came of each step. A group that
 * does not come out whole is undone as a whole. Allocates nothing, so that
 * undoing cannot fail for want of memory.
 */
void execute(struct plan *plan, const struct execution *execution);

/*
 * Reads back which driver every member has, which never blocks, and corrects what the
 * plan says of the member: a group is done only where each member is on its driver.
 * To be called once nothing is at the devices any more.
 */
void execute_read_back(struct plan *plan, const struct sysfs *sysfs);
