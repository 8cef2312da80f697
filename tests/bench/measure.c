// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command and prints its cost from start to end, children included: microseconds,
 * the largest resident size of a process in KiB, and with -s the number of system calls,
 * which slows it down: never measure both in one run.
 *
 * |       measure [-s] COMMAND [ARGUMENT...]
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Follows every process to its end. Each system call stops twice: on entry and on exit. */
static long count_system_calls(pid_t child)
{
	const int options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	long stops = 0;
	int status;

	waitpid(child, &status, 0);
	ptrace(PTRACE_SETOPTIONS, child, NULL, options);
	ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	for (;;) {
		pid_t stopped = waitpid(-1, &status, __WALL);
		int signal = 0;

		if (stopped < 0)
			return stops / 2;
		if (!WIFSTOPPED(status))
			continue;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			stops++;
		else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP)
			signal = WSTOPSIG(status);
		ptrace(PTRACE_SYSCALL, stopped, NULL, signal);
	}
}

int main(int count, char **arguments)
{
	int counting = count > 1 && strcmp(arguments[1], "-s") == 0;
	struct rusage usage;
	int64_t started;
	int status = 0;
	pid_t child;

	if (count < 2 + counting)
		errx(2, "usage: measure [-s] COMMAND [ARGUMENT...]");
	started = now_microseconds();
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		if (counting)
			ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(arguments[1 + counting], arguments + 1 + counting);
		err(127, "%s", arguments[1 + counting]);
	}
	if (counting) {
		printf("calls %ld\n", count_system_calls(child));
		return 0;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	printf("microseconds %lld\n", (long long)(now_microseconds() - started));
	getrusage(RUSAGE_CHILDREN, &usage);
	printf("kilobytes %ld\nstatus %d\n", usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}
