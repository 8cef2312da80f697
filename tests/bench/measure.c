// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command and prints what it cost from start to end, children and all:
 * nanoseconds, the largest resident size of one process in KiB, and with -s
 * the number of system calls (which makes it slower: never both in one run).
 * With -u it prints the nanoseconds since the kernel began to keep the time.
 *
 * With -1 the command has one of the processors.
 *
 *	measure [-s | -1] COMMAND [ARGUMENT...]
 *	measure -u
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
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

static int64_t now_nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
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

static void use_one_processor(void)
{
	cpu_set_t processors;

	CPU_ZERO(&processors);
	CPU_SET(0, &processors);
	if (sched_setaffinity(0, sizeof(processors), &processors) < 0)
		err(1, "sched_setaffinity");
}

int main(int count, char **arguments)
{
	int counting = count > 1 && strcmp(arguments[1], "-s") == 0;
	int alone = count > 1 && strcmp(arguments[1], "-1") == 0, first = 1 + counting + alone;
	struct rusage usage;
	int64_t started;
	int status = 0;
	pid_t child;

	if (count == 2 && strcmp(arguments[1], "-u") == 0) {
		printf("uptime %lld\n", (long long)now_nanoseconds());
		return 0;
	}
	if (count < 1 + first)
		errx(2, "usage: measure [-s | -1] COMMAND [ARGUMENT...], measure -u");
	if (alone)
		use_one_processor();
	started = now_nanoseconds();
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		if (counting)
			ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(arguments[first], arguments + first);
		err(127, "%s", arguments[first]);
	}
	if (counting) {
		printf("calls %ld\n", count_system_calls(child));
		return 0;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	printf("nanoseconds %lld\n", (long long)(now_nanoseconds() - started));
	getrusage(RUSAGE_CHILDREN, &usage);
	printf("kilobytes %ld\nstatus %d\n", usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}
