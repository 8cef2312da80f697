// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/regenerate.h"

#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/util.h"

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/* Gives the child the signals back; context is what they were. */
static void restore_signals(void *context)
{
	const struct sigaction *before = context;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &before[i], NULL);
}

int regenerate_run(const char *script)
{
	char *const arguments[] = { (char *)script, NULL };

	return regenerate_run_program(arguments);
}

int regenerate_run_program(char *const *arguments)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction before[ARRAY_SIZE(signals)];
	const struct process_program program = {
		.path = arguments[0],
		.fd = -1,
		.arguments = arguments,
		.input = STDIN_FILENO,
		.output = STDOUT_FILENO,
		.error = STDERR_FILENO,
		.prepare = restore_signals,
		.context = before,
	};
	struct process process;
	int result, status;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &ignored, &before[i]);
	result = process_start(&process, &program);
	if (!result)
		result = process_wait(&process, NULL, &status);
	restore_signals(before);
	if (result)
		return result;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
