// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file_lock.h"

#include "lib/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* How long to sleep between two tries: waiting in the kernel would have no deadline. */
#define LOOK_AGAIN_NANOSECONDS 20000000

/* Returns the process that holds the lock, from /proc/locks (fs/locks.c); 0 if unknown. */
static int find_holder(const struct file_lock *lock)
{
	FILE *table = fopen("/proc/locks", "re");
	struct stat status;
	char line[160];
	int found = 0;

	while (table && !found && fstat(lock->fd, &status) == 0 &&
	       fgets(line, sizeof(line), table)) {
		unsigned int major_number, minor_number;
		unsigned long inode;
		int process;

		/* Lines of waiting processes begin with an arrow and do not match. */
		if (sscanf(line, "%*u: %*5s %*9s WRITE %d %x:%x:%lu", &process, &major_number,
			   &minor_number, &inode) == 4 &&
		    inode == status.st_ino && major_number == major(status.st_dev) &&
		    minor_number == minor(status.st_dev))
			found = process;
	}
	if (table)
		fclose(table);
	return found > 0 ? found : 0;
}

/* Writes who holds the lock: "process 12 (vfio-early set 01:00.0)". */
static void name_holder(struct file_lock *lock)
{
	int process = find_holder(lock);
	char path[64], command[64];
	size_t length;
	FILE *file;

	snprintf(lock->holder, sizeof(lock->holder), "another process");
	if (!process)
		return;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", process);
	file = fopen(path, "re");
	length = file ? fread(command, 1, sizeof(command) - 1, file) : 0;
	if (file)
		fclose(file);
	while (length && !command[length - 1])
		length--;
	command[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (!command[i])
			command[i] = ' ';
		else if (command[i] < ' ' || command[i] == 0x7f)
			command[i] = '?';
	snprintf(lock->holder, sizeof(lock->holder), length ? "process %d (%s)" : "process %d",
		 process, command);
}

static int try_lock(const struct file_lock *lock)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	/* fcntl(2) write-locks only files open for writing, which no directory can be. */
	return lock->directory ? flock(lock->fd, LOCK_EX | LOCK_NB)
			       : fcntl(lock->fd, F_SETLK, &whole);
}

static int open_lock(struct file_lock *lock, const char *place)
{
	lock->directory = place[strlen(place) - 1] == '/';
	lock->fd =
		lock->directory
			? open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
			: open(place, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	return lock->fd < 0 ? -errno : 0;
}

static int wait_for(struct file_lock *lock, const struct deadline *deadline)
{
	static const struct timespec pause = { .tv_nsec = LOOK_AGAIN_NANOSECONDS };

	while (try_lock(lock) < 0) {
		bool busy = errno == EAGAIN || errno == EACCES;

		if (errno == EINTR)
			continue;
		if (busy && deadline_left(deadline)) {
			nanosleep(&pause, NULL);
			continue;
		}
		if (busy)
			name_holder(lock);
		close(lock->fd);
		lock->fd = -1;
		/* Some file systems have no locks. */
		return busy ? -EBUSY : 0;
	}
	return 0;
}

int file_lock_take_at(struct file_lock *lock, const char *place, const struct deadline *deadline)
{
	int error;

	*lock = (struct file_lock){ .fd = -1 };
	error = open_lock(lock, place);
	return error ? error : wait_for(lock, deadline);
}

int file_lock_take(struct file_lock *lock, const char *path, const struct deadline *deadline)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	int error;

	if (geteuid() == 0) {
		mkdir(FILE_LOCK_DIRECTORY, 0755);
		error = file_lock_take_at(lock, FILE_LOCK_PATH, deadline);
		if (!error || error == -EBUSY)
			return error;
	}
	snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path) + 1 : 2,
		 slash ? path : "./");
	error = file_lock_take_at(lock, directory, deadline);
	return error == -EBUSY ? error : 0;
}

int file_lock_take_or_say(struct file_lock *lock, const char *path, const char *command)
{
	struct deadline deadline = deadline_after(FILE_LOCK_MILLISECONDS);
	int error = file_lock_take(lock, path, &deadline);

	if (error)
		text_print(stderr,
			   "vfio-early: %s: %s is not changed: %s is still changing files after %d "
			   "seconds; wait for it or end it, then try again\n",
			   command, path, lock->holder, FILE_LOCK_MILLISECONDS / 1000);
	return error;
}

void file_lock_release(struct file_lock *lock)
{
	if (lock->fd < 0)
		return;
	/* A child that inherited the open directory would go on holding the lock. */
	if (lock->directory)
		flock(lock->fd, LOCK_UN);
	close(lock->fd);
	lock->fd = -1;
}
