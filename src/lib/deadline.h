// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdint.h>

/* A moment on the monotonic clock, in nanoseconds. */
struct deadline {
	int64_t at;
};

/* Returns the monotonic clock's time in nanoseconds. */
int64_t deadline_now(void);

/* Returns the deadline that many milliseconds from now. */
struct deadline deadline_after(int64_t milliseconds);

/* Returns how many milliseconds are left, rounded up; 0 when it has passed. */
int deadline_left(const struct deadline *deadline);

/*
 * Calls function in a child process and waits for it until the deadline. A
 * write to sysfs may sleep for ever in the kernel where no signal reaches it;
 * the child is then left behind. Returns what the function gave (0 or -errno),
 * -ETIMEDOUT for a child left behind, -EIO for one that died, or the -errno
 * of starting it. What the child changes is only seen where memory is shared.
 */
int deadline_call(const struct deadline *deadline, int (*function)(void *argument), void *argument);

/*
 * The same, but a child that is left behind lives on: once function returns, the
 * child calls late with what function returned. It does so too when the caller died.
 * For a child that nothing else depends on, where its end puts things right.
 */
int deadline_call_late(const struct deadline *deadline, int (*function)(void *argument),
		       void (*late)(void *argument, int result), void *argument);
