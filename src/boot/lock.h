// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include "lib/deadline.h"

/*
 * Keeps two processes from changing devices at the same time, by a lock on an existing
 * file (fcntl(2), F_SETLK): no file of our own is needed, children do not inherit the
 * lock, and it ends with the process. Waits until the deadline. Returns 0 with a
 * descriptor, which the caller closes to release the lock; it is -1 if the file cannot be
 * opened for writing, for who cannot write changes nothing. Returns -EBUSY if another
 * process still has the lock: *holder is its pid, or 0 if unknown. Closing any other
 * descriptor of that file releases the lock too.
 */
int lock_take(const char *path, const struct deadline *deadline, int *fd, pid_t *holder);
