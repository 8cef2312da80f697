// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include "lib/deadline.h"

/*
 * Keeps two processes from changing devices at the same time, by a lock on a
 * file that is there in any case (fcntl(2), F_SETLK): it needs no file of its own,
 * children do not inherit it, and it ends with the process. Waits for who has it
 * until the deadline. Returns 0, with a descriptor to be closed for letting go; it
 * is -1 where the file cannot be opened for writing, for who cannot change
 * anything needs no lock. Returns -EBUSY when somebody else has it still;
 * *holder is that process then, 0 where it is not known. No other descriptor of the
 * process for the same file may be closed meanwhile.
 */
int lock_take(const char *path, const struct deadline *deadline, int *fd, pid_t *holder);
