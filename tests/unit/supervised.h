// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "boot/execute.h"
#include "boot/supervise.h"

/*
 * A supervised run whose survey, modules, locks and steps are stood in for, in the worker
 * as in its watcher.
 */

/* What the stand-ins do, and what they were asked for; shared with the worker. */
struct script {
	int survey_result;
	unsigned int surveys_incomplete; /* so many surveys find a device missing */
	bool dies_in_survey;
	bool dies_in_execute;
	bool undoes_longer; /* than the timeout */
	int interrupts;	    /* a signal to the watcher */
	volatile int stopped_by;

	int lock_result, worker_lock_result, task_result;
	unsigned int task_done, task_finished;
	pid_t session; /* the worker's */
	bool late_groups, dies_in_ask, kexec;
	enum iommu_state iommu;
	unsigned int asked, ask_ended;
	pid_t ask_ended_by;
	char loaded[64];
	unsigned int locks, loaders, loaders_ended, surveys, waits, settled, modules_opened,
		executed, undone, read_back;
	const char *driver_in_advance;
	pid_t undone_by;
	enum worker_end undone_of;
	size_t used_before; /* of the arena, when a survey begins */
};

/* Of the run that was started last; its arena owns it. */
extern struct script *script;

/* Selects the machine's one card. */
#define CARD "vfio_early.devs=01:00.0"

/* Makes a run with the settings of a kernel command line, and a script of its own. */
struct run *supervised_start(const char *cmdline);

/* Ends a run. Nothing that was started is left running or unaccounted for. */
void supervised_end(struct run *run);

/*
 * Supervises in a child what ends, or holds the signals of, its process. Returns 100, the
 * run's exit code if a signal came, or -SIGNAL if one ended the child.
 */
int supervised_in_child(struct run *run);
