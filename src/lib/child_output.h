// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/* A program to be run for what it prints. */
struct child_program {
	const char *path;
	int fd; /* open on the program, and run instead of path; -1 for none */
	char *const *arguments;
	int milliseconds; /* for all that it does */
};

/*
 * Runs a program, with /dev/null for standard input and error, and reads all that it
 * writes to standard output, at most size bytes; a NUL is written after them, so the
 * buffer has size + 1. A program that takes too long is killed, and left behind if it
 * sleeps in the kernel. Returns 0, -ETIMEDOUT, -EFBIG for more output than that, -EIO
 * for a program that ended otherwise than by exit status 0, or the -errno of starting it.
 */
int child_read_output(const struct child_program *program, char *buffer, size_t size);
