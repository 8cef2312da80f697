// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdint.h>

/* A time on CLOCK_MONOTONIC, in nanoseconds. */
struct deadline {
	int64_t at;
};

/* Returns CLOCK_MONOTONIC in nanoseconds. */
int64_t deadline_now(void);

/* Returns the deadline that lies the given milliseconds from now. */
struct deadline deadline_after(int64_t milliseconds);

/* Returns the milliseconds left, rounded up; 0 after the deadline. */
int deadline_left(const struct deadline *deadline);

/*
 * Calls function in a child process and waits for it until the deadline. A write to sysfs
 * may sleep for ever in the kernel, out of reach of any signal; such a child gets SIGKILL
 * and is left behind. Changes that the child makes are seen only in shared memory
 * (arena.h). Returns what the function returned (0 or -errno, at least -255), -ETIMEDOUT
 * for a child left behind, -EIO for one that died, or the -errno of starting it.
 */
int deadline_call(const struct deadline *deadline, int (*function)(void *argument), void *argument);

/*
 * Like deadline_call(), but a child that is left behind is not killed. When function
 * returns after the deadline, or after the caller died, the child calls late with its
 * result and exits. For a child whose late end has to be put right.
 */
int deadline_call_late(const struct deadline *deadline, int (*function)(void *argument),
		       void (*late)(void *argument, int result), void *argument);
