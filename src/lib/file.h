// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Returns whether a file is /dev/null, the link target that masks files of modprobe.d. */
static inline bool file_is_null(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

/*
 * Opens a file for reading; path is relative to directory, which may be AT_FDCWD. Never
 * waits: a tree from elsewhere may hold a FIFO or a terminal. Returns the descriptor,
 * which the caller closes, or -errno; -EINVAL for anything but a regular file, a
 * directory or /dev/null.
 */
static inline int file_open(int directory, const char *path)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	int error = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && !file_is_null(&status))
		error = -EINVAL;
	if (!error)
		return fd;
	close(fd);
	return error;
}
