// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/* A program to run for its output. */
struct child_program {
	const char *path;
	int fd; /* open on the program and executed in place of path; -1 for none */
	char *const *arguments;
	int milliseconds; /* how long it may run in all */
};

/*
 * Runs a program with /dev/null as its standard input and error, and reads its standard
 * output, at most size bytes. buffer holds size + 1 bytes; a NUL follows the output. A
 * program that outlasts its time is killed; if it sleeps in the kernel, it is left
 * behind. Returns 0, -ETIMEDOUT, -EFBIG for more output than size, -EIO for a program
 * that did not exit with status 0, or the -errno of starting it.
 */
int child_read_output(const struct child_program *program, char *buffer, size_t size);
