// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t deadline_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

struct deadline deadline_after(int64_t milliseconds)
{
	return (struct deadline){ deadline_now() + milliseconds * 1000000 };
}

int deadline_left(const struct deadline *deadline)
{
	int64_t left = deadline->at - deadline_now();

	return left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}

/*
 * Waits for the child's result, one byte. Waiting for the pipe to close would not do: a
 * process that the child started and that is stuck may hold it open for ever.
 */
static int wait_for_word(int fd, const struct deadline *deadline)
{
	struct pollfd word = { .fd = fd, .events = POLLIN };
	unsigned char error;
	int ready;

	do
		ready = poll(&word, 1, deadline_left(deadline));
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return -ETIMEDOUT;
	return read(fd, &error, 1) == 1 ? -error : -EIO;
}

/* What the child calls. */
struct call {
	int (*function)(void *argument);
	void (*late)(void *argument, int result); /* NULL: kill the child at the deadline */
	void *argument;
};

static void call_and_tell(int fd, const struct call *call)
{
	int result = call->function(call->argument);
	unsigned char error = (unsigned char)-result;

	/* The reader may be gone: then the write must fail, not kill this process. */
	signal(SIGPIPE, SIG_IGN);
	if (write(fd, &error, 1) == 1)
		_exit(0);
	if (call->late)
		call->late(call->argument, result);
	_exit(1);
}

static int call_in_child(const struct deadline *deadline, const struct call *call)
{
	int ends[2], result;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		result = -errno;
		close(ends[0]);
		close(ends[1]);
		return result;
	}
	if (child == 0) {
		close(ends[0]);
		call_and_tell(ends[1], call);
	}
	close(ends[1]);
	result = wait_for_word(ends[0], deadline);
	close(ends[0]);
	/* A child left behind dies once the kernel lets go of it. */
	if (result != -ETIMEDOUT)
		waitpid(child, NULL, 0);
	else if (!call->late)
		kill(child, SIGKILL);
	return result;
}

int deadline_call(const struct deadline *deadline, int (*function)(void *argument), void *argument)
{
	struct call call = { function, NULL, argument };

	return call_in_child(deadline, &call);
}

int deadline_call_late(const struct deadline *deadline, int (*function)(void *argument),
		       void (*late)(void *argument, int result), void *argument)
{
	struct call call = { function, late, argument };

	return call_in_child(deadline, &call);
}
