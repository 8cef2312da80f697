// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/efi_variable.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MOUNTED_AT "/sys/firmware/efi/efivars"

/* Non-volatile, for the firmware's own services and for the running system (UEFI, 8.2). */
#define ATTRIBUTES 0x7

/* The largest variable of ours. */
#define DATA_MAX 64

/* A file of efivarfs. */
struct variable {
	uint32_t attributes;
	unsigned char data[DATA_MAX + 1];
} __attribute__((packed));

/* Mounts the file system nowhere: only the descriptor keeps it. */
static int mount_detached(void)
{
	int context = (int)syscall(SYS_fsopen, "efivarfs", FSOPEN_CLOEXEC), fd;

	if (context < 0)
		return -errno;
	fd = (int)syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (fd == 0)
		fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		fd = -errno;
	close(context);
	return fd;
}

int efi_variable_open(void)
{
	int fd = open(MOUNTED_AT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs status;

	if (fd < 0)
		return -ENODEV;
	if (fstatfs(fd, &status) == 0 && status.f_type == EFIVARFS_MAGIC)
		return fd;
	close(fd);
	return mount_detached();
}

int efi_variable_read(int directory, const char *name, void *data, size_t size)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	struct variable variable;
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, &variable, sizeof(variable.attributes) + size + 1);
	if (length < 0)
		length = -errno;
	close(fd);
	if (length < 0)
		return (int)length;
	/* A file whose first write failed has no bytes. */
	if (length < (ssize_t)sizeof(variable.attributes))
		return -ENOENT;
	length -= (ssize_t)sizeof(variable.attributes);
	memcpy(data, variable.data, (size_t)length < size ? (size_t)length : size);
	return (int)length;
}

/* Removes the mark of a variable that the kernel does not know. */
static void make_mutable(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	int flags = 0;

	if (fd < 0)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
		flags &= ~FS_IMMUTABLE_FL;
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	close(fd);
}

int efi_variable_write(int directory, const char *name, const void *data, size_t size)
{
	struct variable variable = { .attributes = ATTRIBUTES };
	struct stat status;
	bool made = fstatat(directory, name, &status, 0) < 0;
	int fd, error = 0;

	memcpy(variable.data, data, size);
	make_mutable(directory, name);
	fd = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	/* One write is one call of the firmware's SetVariable(). */
	if (write(fd, &variable, sizeof(variable.attributes) + size) < 0)
		error = -errno;
	close(fd);
	/* Older kernels keep the file of a variable that the firmware refused. */
	if (error && made)
		unlinkat(directory, name, 0);
	return error;
}
