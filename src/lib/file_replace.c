// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/util.h"

/* How many temporary names to try. One is taken if an earlier run was interrupted. */
#define NAMES_MAX 100

/* How many bytes of the file's name go into the temporary one. */
#define NAME_PART 200

/* Opens the directory of path and stores the file's name. Returns 0 or -errno. */
static int open_directory(struct file_replace *file, int root, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char directory[PATH_MAX];

	if (!*name || streq(name, ".") || streq(name, ".."))
		return -EISDIR;
	if (strlen(name) > NAME_MAX || name - path >= PATH_MAX - 1)
		return -ENAMETOOLONG;
	strcpy(file->name, name);
	snprintf(directory, sizeof(directory), "%.*s.", (int)(name - path), path);
	file->directory = openat(root, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A directory may be writable without being readable. */
	if (file->directory < 0 && errno == EACCES)
		file->directory = openat(root, directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return file->directory < 0 ? -errno : 0;
}

/* Creates the file under an unused name. Returns 0 or -errno. */
static int create(struct file_replace *file, mode_t mode)
{
	struct timespec now;
	uint32_t number;

	clock_gettime(CLOCK_MONOTONIC, &now);
	number = (uint32_t)now.tv_nsec * 2654435761u + (uint32_t)getpid();
	for (int i = 0; i < NAMES_MAX; i++, number += 2654435761u) {
		snprintf(file->temporary, sizeof(file->temporary), "%.*s.%08x.new", NAME_PART,
			 file->name, number);
		file->fd = openat(file->directory, file->temporary,
				  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (file->fd >= 0 || errno != EEXIST)
			break;
	}
	if (file->fd >= 0)
		return 0;
	/* No file of this name is ours to remove. */
	file->temporary[0] = '\0';
	return -errno;
}

int file_replace_begin(struct file_replace *file, int root, const char *path)
{
	struct stat status, old;
	bool exists;
	int error;

	*file = (struct file_replace){ .fd = -1, .directory = -1 };
	error = open_directory(file, root, path);
	if (error)
		return error;
	exists = fstatat(file->directory, file->name, &old, AT_SYMLINK_NOFOLLOW) == 0;
	if (exists && S_ISDIR(old.st_mode))
		error = -EISDIR;
	else if (exists && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode))
		error = -EEXIST;
	exists = exists && S_ISREG(old.st_mode);
	/* Others may not read the new file before it has the old one's permissions. */
	if (!error)
		error = create(file, exists ? 0600 : 0666);
	if (!error && fstat(file->fd, &status) < 0)
		error = -errno;
	if (error) {
		file_replace_abandon(file);
		return error;
	}
	file->mode = (exists ? old : status).st_mode & 07777;
	file->owner = (exists ? old : status).st_uid;
	file->group = (exists ? old : status).st_gid;
	return 0;
}

int file_replace_write(const struct file_replace *file, const char *data, size_t length)
{
	while (length) {
		ssize_t written = write(file->fd, data, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		data += written;
		length -= (size_t)written;
	}
	return 0;
}

/*
 * Sets permissions and owner only if they differ: file systems that store none (vfat)
 * refuse every change.
 */
static int set_status(const struct file_replace *file)
{
	struct stat status;

	if (fstat(file->fd, &status) < 0)
		return -errno;
	if ((status.st_uid != file->owner || status.st_gid != file->group) &&
	    fchown(file->fd, file->owner, file->group) < 0)
		return -errno;
	if ((status.st_mode & 07777) != file->mode && fchmod(file->fd, file->mode) < 0)
		return -errno;
	return 0;
}

int file_replace_commit(struct file_replace *file)
{
	int error = set_status(file);

	if (!error && !file->lazy && fsync(file->fd) < 0)
		error = -errno;
	if (close(file->fd) < 0 && !error)
		error = -errno;
	file->fd = -1;
	if (!error && renameat(file->directory, file->temporary, file->directory, file->name) < 0)
		error = -errno;
	if (!error) {
		file->temporary[0] = '\0';
		/* Syncs the new name too. A file system that refuses this is no error. */
		if (!file->lazy)
			fsync(file->directory);
	}
	file_replace_abandon(file);
	return error;
}

int file_replace_finish(struct file_replace *file, const char *data, size_t length)
{
	int error = file_replace_write(file, data, length);

	if (!error)
		return file_replace_commit(file);
	file_replace_abandon(file);
	return error;
}

void file_replace_abandon(struct file_replace *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->temporary[0])
		unlinkat(file->directory, file->temporary, 0);
	if (file->directory >= 0)
		close(file->directory);
	*file = (struct file_replace){ .fd = -1, .directory = -1 };
}
