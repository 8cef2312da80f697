/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* <fcntl.h> and <stdio.h> must come before the macros. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/*
 * Included before every file of the libraries. They read trees and roots that somebody hands over,
 * where a FIFO may lie in a file's place: a plain open() would wait at it. O_NONBLOCK changes
 * nothing for the files of a file system.
 */
/* By openat(): musl's open() asks with a call of its own for what O_CLOEXEC has done. */
#define open(path, flags, ...) \
	(openat)(AT_FDCWD, path, (flags) | O_NONBLOCK | O_NOCTTY, ##__VA_ARGS__)
#define openat(directory, path, flags, ...) \
	openat(directory, path, (flags) | O_NONBLOCK | O_NOCTTY, ##__VA_ARGS__)

static inline FILE *compat_fopen(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file && fd >= 0)
		close(fd);
	return file;
}
#define fopen(path, mode) (*(mode) == 'r' ? compat_fopen(path) : (fopen)(path, mode))
