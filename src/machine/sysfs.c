// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

int sysfs_open(struct sysfs *sysfs, const char *root)
{
	sysfs->root = root;
	sysfs->is_kernels = strcmp(root, "/sys") == 0;
	sysfs->fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return sysfs->fd < 0 ? -errno : 0;
}

void sysfs_close(struct sysfs *sysfs)
{
	if (sysfs->fd >= 0)
		close(sysfs->fd);
	sysfs->fd = -1;
}

/* The kernel's own tree has no FIFO or the like, so what is opened there is not looked at. */
static int open_attribute(const struct sysfs *sysfs, const char *path)
{
	int fd;

	if (!sysfs->is_kernels)
		return file_open(sysfs->fd, path);
	fd = openat(sysfs->fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int sysfs_read(const struct sysfs *sysfs, const char *path, char *buffer, size_t size)
{
	int fd = open_attribute(sysfs, path);
	ssize_t length;
	int error;

	if (fd < 0)
		return fd;
	length = read(fd, buffer, size);
	error = errno;
	close(fd);
	if (length < 0)
		return -error;
	if ((size_t)length == size)
		return -EFBIG;
	if (length > 0 && buffer[length - 1] == '\n')
		length--;
	buffer[length] = '\0';
	return (int)length;
}

int sysfs_read_link(const struct sysfs *sysfs, const char *path, char *buffer, size_t size)
{
	ssize_t length = readlinkat(sysfs->fd, path, buffer, size);

	if (length < 0)
		return -errno;
	if ((size_t)length == size)
		return -EFBIG;
	buffer[length] = '\0';
	return (int)length;
}

int sysfs_read_link_name(const struct sysfs *sysfs, const char *path, char *buffer, size_t size)
{
	char target[SYSFS_PATH_SIZE];
	int length = sysfs_read_link(sysfs, path, target, sizeof(target));
	const char *slash, *name;

	if (length < 0)
		return length;
	slash = strrchr(target, '/');
	name = slash ? slash + 1 : target;
	length = (int)strlen(name);
	if ((size_t)length >= size)
		return -EFBIG;
	memcpy(buffer, name, (size_t)length + 1);
	return length;
}

int sysfs_write(const struct sysfs *sysfs, const char *path, const char *text)
{
	int fd = openat(sysfs->fd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t length = strlen(text);
	ssize_t written;
	int error;

	if (fd < 0)
		return -errno;
	written = write(fd, text, length);
	error = errno;
	close(fd);
	if (written < 0)
		return -error;
	return (size_t)written == length ? 0 : -EIO;
}

bool sysfs_exists(const struct sysfs *sysfs, const char *path)
{
	return faccessat(sysfs->fd, path, F_OK, 0) == 0;
}

int sysfs_list(const struct sysfs *sysfs, const char *path,
	       int (*function)(void *context, const char *name), void *context)
{
	int fd = openat(sysfs->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = 0;
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!directory) {
		result = -errno;
		if (fd >= 0)
			close(fd);
		return result;
	}
	while (result == 0) {
		errno = 0;
		entry = readdir(directory);
		if (!entry) {
			result = -errno;
			break;
		}
		if (entry->d_name[0] != '.')
			result = function(context, entry->d_name);
	}
	closedir(directory);
	return result;
}
