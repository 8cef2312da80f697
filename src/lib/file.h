// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Whether it is /dev/null, to which links mask files of modprobe.d and others. */
static inline bool file_is_null(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

/*
 * Opens a file of the directory for reading; directory may be AT_FDCWD. A tree or a root that
 * somebody hands over may have anything in it: a FIFO, at which a plain open() waits, or a
 * terminal. Returns the descriptor, to be closed by the caller, or -errno; -EINVAL for what is
 * neither a regular file, a directory nor /dev/null.
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
