// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "lib/deadline.h"

/* A program and how to start it. Its PATH is TRUSTED_PATH (lib/util.h). */
struct process_program {
	const char *path; /* a name without a slash is looked for in that PATH */
	int fd;		  /* open on the program and executed in place of path; -1 for none */
	char *const *arguments;
	int input, output, error;	/* its standard files; -1 for /dev/null */
	void (*prepare)(void *context); /* called in the child before exec; or NULL */
	void *context;
};

/* A running program. */
struct process {
	pid_t pid;
	int failure; /* a pipe: delivers errno if the program could not be executed */
};

/* Starts a program. Returns 0 or the -errno of fork(2) or pipe(2). */
int process_start(struct process *process, const struct process_program *program);

/*
 * Waits for the program to end; a NULL deadline never expires. Returns 0 and sets *status as
 * waitpid(2) does, -ETIMEDOUT, or the -errno of executing it. After -ETIMEDOUT the caller waits
 * again or kills it.
 */
int process_wait(struct process *process, const struct deadline *deadline, int *status);

/* Kills a program and waits for its end, but abandons one that sleeps in the kernel. */
void process_kill(struct process *process);

/*
 * Runs a program with /dev/null as its standard input and error, and reads its standard
 * output, at most size bytes. buffer holds size + 1 bytes; a NUL follows the output. A
 * program that outlasts its milliseconds is killed. Uses only path, fd and arguments of
 * program. Returns 0, -ETIMEDOUT, -EFBIG for more output than size, -EIO for a program that did
 * not exit with status 0, or the -errno of starting it.
 */
int process_read_output(const struct process_program *program, int milliseconds, char *buffer,
			size_t size);
