// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/regenerate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/util.h"

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/* Does it in the child; what it says on fd is the errno of a script that does not start. */
static void start(const char *script, const struct sigaction *before, int fd)
{
	char *const arguments[] = { (char *)script, NULL };
	unsigned char error;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &before[i], NULL);
	if (setenv("PATH", TRUSTED_PATH, 1) == 0)
		execv(script, arguments);
	error = (unsigned char)errno;
	_exit(write(fd, &error, 1) == 1 ? 127 : 126);
}

static int wait_for(pid_t child, int fd)
{
	unsigned char error;
	int status;

	/* The pipe closes when the script begins. */
	if (read(fd, &error, 1) != 1)
		error = 0;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (error)
		return -error;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int regenerate_run(const char *script)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction before[ARRAY_SIZE(signals)];
	int ends[2], result;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &ignored, &before[i]);
	child = fork();
	if (child == 0)
		start(script, before, ends[1]);
	result = child < 0 ? -errno : 0;
	close(ends[1]);
	if (!result)
		result = wait_for(child, ends[0]);
	close(ends[0]);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &before[i], NULL);
	return result;
}
