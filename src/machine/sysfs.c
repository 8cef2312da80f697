// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/file.h"

int sysfs_open(struct sysfs *sysfs, const char *root)
{
	sysfs->root = root;
	sysfs->is_kernels = strcmp(root, "/sys") == 0;
	sysfs->keeps = false;
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

/* Reads the file's value as sysfs_read() does. */
static int read_value(int fd, char *buffer, size_t size)
{
	ssize_t length = read(fd, buffer, size);

	if (length < 0)
		return -errno;
	if ((size_t)length == size)
		return -EFBIG;
	if (length > 0 && buffer[length - 1] == '\n')
		length--;
	buffer[length] = '\0';
	return (int)length;
}

int sysfs_read(const struct sysfs *sysfs, const char *path, char *buffer, size_t size)
{
	int fd = open_attribute(sysfs, path), result;

	if (fd < 0)
		return fd;
	result = read_value(fd, buffer, size);
	close(fd);
	return result;
}

int sysfs_read_byte(const struct sysfs *sysfs, const char *path, int offset)
{
	int fd = open_attribute(sysfs, path), result = -ENODATA;
	unsigned char byte;
	ssize_t length;

	if (fd < 0)
		return fd;
	length = pread(fd, &byte, 1, offset);
	if (length < 0)
		result = -errno;
	else if (length > 0)
		result = byte;
	close(fd);
	return result;
}

int sysfs_read_and_keep(const struct sysfs *sysfs, const char *path, char *buffer, size_t size,
			int *kept)
{
	int fd = openat(sysfs->fd, path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	*kept = fd > 0 ? fd : 0;
	if (fd > 0)
		return read_value(fd, buffer, size);
	if (fd == 0)
		close(fd);
	return sysfs_read(sysfs, path, buffer, size);
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

int sysfs_write_file(int fd, const char *text)
{
	size_t length = strlen(text);
	ssize_t written = write(fd, text, length);

	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}

int sysfs_write(const struct sysfs *sysfs, const char *path, const char *text)
{
	int fd = openat(sysfs->fd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), error;

	if (fd < 0)
		return -errno;
	error = sysfs_write_file(fd, text);
	close(fd);
	return error;
}

bool sysfs_exists(const struct sysfs *sysfs, const char *path)
{
	struct stat status;

	/* musl's faccessat() is half a kilobyte more, for a flag that nobody here sets. */
	return fstatat(sysfs->fd, path, &status, 0) == 0;
}

/* What getdents64(2) writes (include/linux/dirent.h). */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length; /* of this entry, up to the next one */
	uint8_t type;
	char name[];
};

/* Calls function for the entries in a buffer. Returns its value, or 0 at the end. */
static int visit_entries(const char *buffer, long length,
			 int (*function)(void *context, const char *name), void *context)
{
	const struct entry *entry;
	int result = 0;

	for (long at = 0; !result && at < length; at += entry->length) {
		entry = (const struct entry *)(buffer + at);
		if (entry->name[0] != '.')
			result = function(context, entry->name);
	}
	return result;
}

/* Without opendir(), which asks for memory and four more system calls each time. */
int sysfs_list(const struct sysfs *sysfs, const char *path,
	       int (*function)(void *context, const char *name), void *context)
{
	int fd = openat(sysfs->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;
	char buffer[4096] __attribute__((aligned(__alignof__(struct entry))));
	long length;

	if (fd < 0)
		return -errno;
	do {
		length = syscall(SYS_getdents64, fd, buffer, sizeof(buffer));
		result = length < 0 ? -errno : visit_entries(buffer, length, function, context);
	} while (!result && length > 0);
	close(fd);
	return result;
}
