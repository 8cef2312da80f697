// SPDX-License-Identifier: GPL-2.0-or-later
#include "deadline.h"

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
 * Waits for the child's word, one byte. Its end of the pipe closing would not
 * do: a child of its own that is stuck may hold that open for ever.
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

static void call_and_tell(int fd, int (*function)(void *argument), void *argument)
{
	unsigned char error = (unsigned char)-function(argument);

	_exit(write(fd, &error, 1) == 1 ? 0 : 1);
}

int deadline_call(const struct deadline *deadline, int (*function)(void *argument), void *argument)
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
	if (child == 0)
		call_and_tell(ends[1], function, argument);
	close(ends[1]);
	result = wait_for_word(ends[0], deadline);
	close(ends[0]);
	/* One left behind dies when the kernel lets go of it, if ever. */
	if (result == -ETIMEDOUT)
		kill(child, SIGKILL);
	else
		waitpid(child, NULL, 0);
	return result;
}
