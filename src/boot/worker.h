// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include "plan/run.h"

/* What the worker tells its watcher, a byte each. */
enum word {
	WORD_WAITED = 'w', /* it waits for no device any more */
	WORD_DONE = 'd',   /* it has ended */
};

/*
 * Does the work of a run in a child of its own: surveys, plans, carries out. watcher is the
 * process that supervises; when that has ended, nothing more is begun and what is unfinished is
 * given back. The words above go to fd, a pipe. Leaves what came of it in the run, which the two
 * processes share, and does not return.
 */
_Noreturn void worker_run(struct run *run, pid_t watcher, int fd);
