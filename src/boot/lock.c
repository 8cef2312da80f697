// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* How long to sleep between two tries: waiting in the kernel would have no deadline. */
#define LOOK_AGAIN_NANOSECONDS 20000000

/* Returns the process that has the lock; 0 if it is gone or in another PID namespace. */
static pid_t find_holder(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK || lock.l_pid < 0)
		return 0;
	return lock.l_pid;
}

int lock_take(const char *path, const struct deadline *deadline, int *fd, pid_t *holder)
{
	static const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NANOSECONDS };
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*holder = 0;
	*fd = open(path, O_WRONLY | O_CLOEXEC);
	if (*fd < 0)
		return 0;
	while (fcntl(*fd, F_SETLK, &lock) < 0) {
		int error = errno;

		if ((error == EAGAIN || error == EACCES) && deadline_left(deadline)) {
			nanosleep(&pause, NULL);
			continue;
		}
		*holder = find_holder(*fd);
		close(*fd);
		*fd = -1;
		/* Without locks in the file system, the run goes on. */
		return error == EAGAIN || error == EACCES ? -EBUSY : 0;
	}
	return 0;
}
