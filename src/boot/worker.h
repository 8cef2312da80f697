// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include "plan/run.h"

/* What the worker tells its watcher, one byte each. */
enum word {
	WORD_WAITED = 'w', /* it no longer waits for devices */
	WORD_DONE = 'd',   /* it has ended */
};

/*
 * Does the work of a run in a child: surveys, plans and carries out. watcher is the
 * supervising process; once that has ended, the worker begins nothing more and gives
 * unfinished groups back. Writes words to fd, a pipe. Stores its results in run, which
 * both processes share. Does not return.
 */
_Noreturn void worker_run(struct run *run, pid_t watcher, int fd);
