// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a program and stops it after the Nth thing that it changes in the kernel:
 * a write to a file of sysfs, or a module loaded, by whichever of its processes.
 *
 *	STOP_AFTER=N STOP_HOW=kill|kill-all|hold|panic|cut [STOP_AT=FILE]
 *		stopper PROGRAM [ARGUMENT...]
 *
 * With STOP_AT only writes to files whose path ends in FILE count, and those that fail do too.
 * kill ends the process that did it, kill-all every one of the program's, but
 * for the kernel's first process. panic and cut are for the whole machine: its kernel dies, or
 * its power goes. hold stops before the next write, until there
 * is /tmp/go. As the kernel's first process it runs /vfio-early. What was changed
 * is in /tmp/changes, a line each. The program is the one that people use: its
 * system calls are watched from a process beside it, by ptrace(2).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TASKS_MAX 64

static struct stopper {
	unsigned long after;
	const char *how;
	const char *at; /* NULL for everywhere */
	unsigned long changes;
	pid_t tasks[TASKS_MAX]; /* that are traced */
	size_t task_count;
	bool stopped;
	pid_t program;
	unsigned int executions; /* of the program's own process */
	FILE *out;
} stopper;

static void note(const char *what, pid_t task, const char *detail)
{
	if (!stopper.out)
		stopper.out = fopen("/tmp/changes", "we");
	if (!stopper.out)
		return;
	fprintf(stopper.out, "%lu %d %s %s\n", stopper.changes, (int)task, what, detail);
	fflush(stopper.out);
}

static void say(const char *text)
{
	int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		note("console", 0, strerror(errno));
	close(fd);
}

static void hold(pid_t task)
{
	stopper.stopped = true;
	note("held", task, "");
	say("\nguest: vfio-early is held\n");
	while (access("/tmp/go", F_OK) < 0)
		usleep(10000);
}

static void panic(void)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "c", 1) < 0)
		say("guest: stopper cannot panic\n");
}

static void stop(pid_t task)
{
	bool all = strcmp(stopper.how, "kill-all") == 0;

	stopper.stopped = true;
	if (strcmp(stopper.how, "panic") == 0)
		panic();
	if (strcmp(stopper.how, "cut") == 0)
		reboot(RB_POWER_OFF);
	note("killed", task, all ? "with all others" : "");
	for (size_t i = 0; i < stopper.task_count; i++)
		if ((all || stopper.tasks[i] == task) && stopper.tasks[i] != 1)
			kill(stopper.tasks[i], SIGKILL);
}

static bool is_sysfs(pid_t task, unsigned long long fd, char path[static PATH_MAX])
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/%d/fd/%llu", (int)task, fd);
	length = readlink(link, path, PATH_MAX - 1);
	path[length < 0 ? 0 : length] = '\0';
	return strncmp(path, "/sys/", strlen("/sys/")) == 0;
}

static bool counts(const char *path, long long result)
{
	size_t length = strlen(path), end;

	if (!stopper.at)
		return result >= 0;
	end = strlen(stopper.at);
	return length >= end && strcmp(path + length - end, stopper.at) == 0;
}

/* Called on the way into a system call and out of it; on the way in the result is -ENOSYS. */
static void on_system_call(pid_t task)
{
	bool holds = strcmp(stopper.how, "hold") == 0;
	struct user_regs_struct registers;
	char path[PATH_MAX] = "";

	if (ptrace(PTRACE_GETREGS, task, NULL, &registers) < 0)
		return;
	if (registers.orig_rax == SYS_write) {
		if (!is_sysfs(task, registers.rdi, path))
			return;
	} else if (registers.orig_rax != SYS_finit_module &&
		   registers.orig_rax != SYS_init_module) {
		return;
	}
	if ((long long)registers.rax == -ENOSYS) {
		if (holds && *path && !stopper.stopped && stopper.changes >= stopper.after)
			hold(task);
	} else if (counts(path, (long long)registers.rax)) {
		stopper.changes++;
		note(*path ? "write" : "module", task, path);
		if (!holds && stopper.changes == stopper.after)
			stop(task);
	}
}

static void remember(pid_t task)
{
	for (size_t i = 0; i < stopper.task_count; i++)
		if (stopper.tasks[i] == task)
			return;
	if (stopper.task_count < TASKS_MAX)
		stopper.tasks[stopper.task_count++] = task;
}

static void forget(pid_t task)
{
	for (size_t i = 0; i < stopper.task_count; i++)
		if (stopper.tasks[i] == task)
			stopper.tasks[i] = stopper.tasks[--stopper.task_count];
}

/* What a traced task stopped for. */
static void on_stop(pid_t task, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	remember(task);
	if (signal == (SIGTRAP | 0x80)) {
		on_system_call(task);
		signal = 0;
	} else if (event) {
		/* The first is ours; with the second the program has given way to another. */
		if (event == PTRACE_EVENT_EXEC && task == stopper.program &&
		    ++stopper.executions == 2) {
			ptrace(PTRACE_DETACH, task, NULL, NULL);
			forget(task);
			return;
		}
		signal = 0;
	}
	ptrace(PTRACE_SYSCALL, task, NULL, signal);
}

static void trace(int ready)
{
	int status;
	pid_t task;

	if (ptrace(PTRACE_SEIZE, stopper.program, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC) < 0 ||
	    ptrace(PTRACE_INTERRUPT, stopper.program, NULL, NULL) < 0)
		say("guest: stopper cannot trace\n");
	close(ready);
	while ((task = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			on_stop(task, status);
		else
			forget(task);
	}
	note("end", 0, stopper.stopped ? "stopped" : "not stopped");
}

static void start_tracer(void)
{
	int ends[2];
	char byte;
	pid_t tracer;

	if (pipe2(ends, O_CLOEXEC) < 0)
		exit(125);
	tracer = fork();
	if (tracer < 0)
		exit(125);
	if (tracer == 0) {
		/* Whoever waits for what the program prints does not wait for us. */
		setsid();
		close(ends[0]);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		trace(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	/* Until the other end is closed. */
	while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(ends[0]);
}

int main(int argc, char **argv)
{
	const char *after = getenv("STOP_AFTER"), *how = getenv("STOP_HOW");
	const char *program = "/vfio-early";

	stopper.after = after ? strtoul(after, NULL, 10) : 0;
	stopper.how = how ? strdup(how) : "kill";
	stopper.at = getenv("STOP_AT");
	if (stopper.at)
		stopper.at = strdup(stopper.at);
	stopper.program = getpid();
	unsetenv("STOP_AFTER");
	unsetenv("STOP_HOW");
	unsetenv("STOP_AT");
	if (stopper.program == 1) {
		argv[0] = "/vfio-early";
	} else if (argc > 1) {
		argv++;
		program = argv[0];
	} else {
		fprintf(stderr, "usage: stopper PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	start_tracer();
	execv(program, argv);
	perror(program);
	return 127;
}
