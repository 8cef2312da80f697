// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/util.h"

/* How long to sleep between two calls of waitpid(). */
#define LOOK_AGAIN_NANOSECONDS 5000000

/* Sets the standard files. Returns 0 or -1, as dup2(2) does. */
static int set_files(const struct process_program *program)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int input = program->input < 0 ? null : program->input;
	int output = program->output < 0 ? null : program->output;
	int error = program->error < 0 ? null : program->error;

	/* A missing /dev/null does not prevent the start if only standard error needs it. */
	if (error >= 0 && dup2(error, STDERR_FILENO) < 0)
		return -1;
	return input < 0 || output < 0 || dup2(input, STDIN_FILENO) < 0 ||
			       dup2(output, STDOUT_FILENO) < 0
		       ? -1
		       : 0;
}

/* Executes the program in the child; on failure writes errno to the pipe and exits. */
static void become(const struct process_program *program, int failure)
{
	unsigned char error;

	if (program->prepare)
		program->prepare(program->context);
	/* A command run as root must not execute programs from a user's directory. */
	if (set_files(program) == 0 && setenv("PATH", TRUSTED_PATH, 1) == 0) {
		if (program->fd >= 0)
			fexecve(program->fd, program->arguments, environ);
		else if (strchr(program->path, '/'))
			execv(program->path, program->arguments);
		else
			execvp(program->path, program->arguments);
	}
	error = (unsigned char)errno;
	_exit(write(failure, &error, 1) == 1 ? 127 : 126);
}

int process_start(struct process *process, const struct process_program *program)
{
	int failure[2], result = 0;

	if (pipe2(failure, O_CLOEXEC) < 0)
		return -errno;
	process->failure = failure[0];
	process->pid = fork();
	if (process->pid == 0)
		become(program, failure[1]);
	if (process->pid < 0)
		result = -errno;
	close(failure[1]);
	if (result)
		close(failure[0]);
	return result;
}

/* Waits for the child. Returns 0, -ETIMEDOUT or -errno. */
static int wait_for(pid_t child, const struct deadline *deadline, int *status)
{
	static const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NANOSECONDS };
	pid_t ended;

	for (;;) {
		ended = waitpid(child, status, deadline ? WNOHANG : 0);
		if (ended == child)
			return 0;
		if (ended < 0 && errno != EINTR)
			return -errno;
		if (!deadline)
			continue;
		if (!deadline_left(deadline))
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
}

/* Returns 0, or the -errno of executing the program. */
static int read_failure(const struct process *process)
{
	unsigned char error = 0;

	/* Only a child that sleeps in the kernel can still hold the other end. */
	fcntl(process->failure, F_SETFL, O_NONBLOCK);
	return read(process->failure, &error, 1) == 1 ? -error : 0;
}

int process_wait(struct process *process, const struct deadline *deadline, int *status)
{
	int result = wait_for(process->pid, deadline, status);

	if (result == -ETIMEDOUT)
		return result;
	if (!result)
		result = read_failure(process);
	close(process->failure);
	return result;
}

void process_kill(struct process *process)
{
	struct deadline deadline = deadline_after(100);
	int status;

	kill(process->pid, SIGKILL);
	wait_for(process->pid, &deadline, &status);
	close(process->failure);
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

int process_read_output(const struct process_program *program, int milliseconds, char *buffer,
			size_t size)
{
	struct process_program started = *program;
	struct deadline deadline = deadline_after(milliseconds);
	struct process process = { 0 };
	int output[2], result, status = 0;
	bool ended = false;

	if (pipe2(output, O_CLOEXEC) < 0)
		return -errno;
	started.input = started.error = -1;
	started.output = output[1];
	result = process_start(&process, &started);
	close(output[1]);
	if (!result) {
		result = read_all(output[0], buffer, size, &deadline);
		/* Waits for the child itself: a program may close its output and go on. */
		if (!result) {
			result = process_wait(&process, &deadline, &status);
			ended = result != -ETIMEDOUT;
		}
		if (!ended)
			process_kill(&process);
		else if (!result && status != 0)
			result = -EIO;
	}
	close(output[0]);
	return result;
}
