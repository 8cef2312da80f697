// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/child_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/deadline.h"

/* How long to sleep between two calls of waitpid(). */
#define LOOK_AGAIN_NANOSECONDS 5000000

/*
 * Executes the program with its output to output. On failure writes the errno to failure
 * as one byte.
 */
static void become(const struct child_program *program, int output, int failure)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	unsigned char error;

	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
	    dup2(output, STDOUT_FILENO) >= 0) {
		if (program->fd >= 0)
			fexecve(program->fd, program->arguments, environ);
		else
			execv(program->path, program->arguments);
	}
	error = (unsigned char)errno;
	_exit(write(failure, &error, 1) == 1 ? 127 : 126);
}

static int read_all(int fd, char *buffer, size_t size, const struct deadline *deadline)
{
	struct pollfd output = { .fd = fd, .events = POLLIN };
	size_t used = 0;
	char more;

	for (;;) {
		int ready = poll(&output, 1, deadline_left(deadline));
		ssize_t length;

		if (ready == 0)
			return -ETIMEDOUT;
		length = ready < 0 ? -1
				   : read(fd, used < size ? buffer + used : &more,
					  used < size ? size - used : 1);
		if (length < 0 && errno != EINTR)
			return -EIO;
		if (length == 0) {
			buffer[used] = '\0';
			return 0;
		}
		if (length > 0 && used == size)
			return -EFBIG;
		used += length > 0 ? (size_t)length : 0;
	}
}

/* Waits for the child itself: a program may close its output and go on. */
static int wait_for(pid_t child, const struct deadline *deadline)
{
	static const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NANOSECONDS };
	pid_t ended;
	int status;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
		if (!deadline_left(deadline))
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return ended == child && status == 0 ? 0 : -EIO;
}

/* Kills a child that failed. One that sleeps in the kernel is left behind. */
static void end(pid_t child)
{
	struct deadline deadline = deadline_after(100);

	kill(child, SIGKILL);
	wait_for(child, &deadline);
}

int child_read_output(const struct child_program *program, char *buffer, size_t size)
{
	struct deadline deadline = deadline_after(program->milliseconds);
	int output[2], failure[2], result;
	unsigned char error = 0;
	bool running;
	pid_t child;

	if (pipe2(output, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(failure, O_CLOEXEC) < 0) {
		result = -errno;
		close(output[0]);
		close(output[1]);
		return result;
	}
	child = fork();
	if (child == 0)
		become(program, output[1], failure[1]);
	result = child < 0 ? -errno : 0;
	close(output[1]);
	close(failure[1]);
	if (!result)
		result = read_all(output[0], buffer, size, &deadline);
	running = child >= 0;
	if (!result) {
		result = wait_for(child, &deadline);
		running = result == -ETIMEDOUT;
	}
	if (running)
		end(child);
	/* Only a child that sleeps in the kernel can still hold the other end. */
	fcntl(failure[0], F_SETFL, O_NONBLOCK);
	if (result == -EIO && read(failure[0], &error, 1) == 1)
		result = -error;
	close(output[0]);
	close(failure[0]);
	return result;
}
