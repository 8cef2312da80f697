// SPDX-License-Identifier: GPL-2.0-or-later
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* How long to sleep between two looks: waiting in the kernel would know no deadline. */
#define LOOK_AGAIN_NANOSECONDS 20000000

int lock_take(const char *path, const struct deadline *deadline, int *fd)
{
	static const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NANOSECONDS };
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*fd = open(path, O_WRONLY | O_CLOEXEC);
	if (*fd < 0)
		return 0;
	while (fcntl(*fd, F_SETLK, &lock) < 0) {
		int error = errno;

		if ((error == EAGAIN || error == EACCES) && deadline_left(deadline)) {
			nanosleep(&pause, NULL);
			continue;
		}
		close(*fd);
		*fd = -1;
		/* Where there are no locks there is nothing to be done about it. */
		return error == EAGAIN || error == EACCES ? -EBUSY : 0;
	}
	return 0;
}
