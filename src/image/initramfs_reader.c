// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/initramfs_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/decompress.h"
#include "image/uki.h"
#include "lib/file.h"
#include "lib/util.h"

void initramfs_start(struct initramfs *initramfs, struct arena *arena,
		     bool (*keep)(const char *path))
{
	*initramfs = (struct initramfs){ .arena = arena };
	cpio_reader_start(&initramfs->reader, arena, keep);
}

/* Compressed data holds nothing but archives. */
static int feed(void *context, const char *data, size_t size)
{
	ssize_t taken = cpio_reader_feed(context, data, size);

	if (taken < 0)
		return (int)taken;
	return (size_t)taken == size ? 0 : -EBADMSG;
}

/* Returns a descriptor of an unnamed file with these bytes, at its start, or -errno. */
static int write_memory(const char *data, size_t size)
{
	int fd = memfd_create("initramfs", MFD_CLOEXEC);

	while (fd >= 0 && size) {
		ssize_t length = write(fd, data, size);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0) {
			int error = -errno;

			close(fd);
			return error;
		}
		data += length;
		size -= (size_t)length;
	}
	if (fd < 0)
		return -errno;
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/*
 * Reads compressed data up to the end. Ignores whatever follows the archive in it: some
 * boot loaders append zeros, which some programs reject.
 */
static int read_compressed(struct initramfs *initramfs, const char *program, const char *data,
			   size_t size)
{
	size_t archives = initramfs->reader.archives;
	int fd = write_memory(data, size), error;

	if (fd < 0)
		return fd;
	error = decompress_file(fd, program, feed, &initramfs->reader);
	close(fd);
	if (error == -ENOENT)
		initramfs->missing = program;
	if (error == -EBADMSG && initramfs->reader.archives > archives &&
	    !cpio_reader_is_inside(&initramfs->reader))
		error = 0;
	return error;
}

/* Works as unpack_to_rootfs() does (init/initramfs.c). */
static int read_archives(struct initramfs *initramfs, const char *data, size_t size)
{
	ssize_t taken = cpio_reader_feed(&initramfs->reader, data, size);
	const char *program;

	if (taken < 0)
		return (int)taken;
	data += taken;
	size -= (size_t)taken;
	program = decompress_program(data, size);
	if (size && !program)
		return -EBADMSG;
	if (size)
		return read_compressed(initramfs, program, data, size);
	return cpio_reader_is_inside(&initramfs->reader) ? -EBADMSG : 0;
}

static const char *copy_section(struct initramfs *initramfs, const char *data, size_t size,
				const char *name)
{
	size_t length;
	const char *text = uki_profile_section(data, size, initramfs->profile, name, &length);

	return text ? arena_copy(initramfs->arena, text, strnlen(text, length)) : NULL;
}

static bool has_section(const struct initramfs *initramfs, const char *data, size_t size,
			const char *name)
{
	size_t length;

	return uki_profile_section(data, size, initramfs->profile, name, &length) != NULL;
}

/* Reads the archives in an EFI program. Returns 0 if it has none. */
static int read_section(struct initramfs *initramfs, const char *data, size_t size, size_t profile)
{
	size_t length;
	const char *section = uki_profile_section(data, size, profile, ".initrd", &length);

	return section ? read_archives(initramfs, section, length) : 0;
}

int initramfs_read_bytes(struct initramfs *initramfs, const char *data, size_t size)
{
	if (uki_is_program(data, size)) {
		initramfs->release = copy_section(initramfs, data, size, ".uname");
		initramfs->cmdline = copy_section(initramfs, data, size, ".cmdline");
		initramfs->unified = true;
		initramfs->kernelless = !has_section(initramfs, data, size, ".linux") &&
					(has_section(initramfs, data, size, ".initrd") ||
					 has_section(initramfs, data, size, ".uname"));
		return read_section(initramfs, data, size, initramfs->profile);
	}
	return read_archives(initramfs, data, size);
}

static int read_addon_bytes(struct initramfs *initramfs, const char *data, size_t size)
{
	const char *release, *cmdline;
	size_t length;

	if (!uki_is_program(data, size))
		return -EBADMSG;
	release = uki_section(data, size, ".uname", &length);
	if (release && initramfs->release &&
	    (strnlen(release, length) != strlen(initramfs->release) ||
	     strncmp(release, initramfs->release, length) != 0))
		return 0;
	cmdline = uki_section(data, size, ".cmdline", &length);
	if (cmdline) {
		const char *before = initramfs->cmdline ? initramfs->cmdline : "";

		initramfs->cmdline =
			arena_print(initramfs->arena, "%s%s%.*s", before, *before ? " " : "",
				    (int)strnlen(cmdline, length), cmdline);
		if (!initramfs->cmdline)
			return -ENOMEM;
	}
	return read_section(initramfs, data, size, 0);
}

static int read_file(struct initramfs *initramfs, const char *path,
		     int (*read_bytes)(struct initramfs *initramfs, const char *data, size_t size))
{
	int fd = file_open(AT_FDCWD, path), error = 0;
	struct stat status;
	void *data;

	if (fd < 0)
		return fd == -EINVAL ? -EBADMSG : fd;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode) || status.st_size == 0)
		error = -EBADMSG;
	if (error) {
		close(fd);
		return error;
	}
	data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	error = data == MAP_FAILED ? -errno : 0;
	close(fd);
	if (error)
		return error;
	error = read_bytes(initramfs, data, (size_t)status.st_size);
	munmap(data, (size_t)status.st_size);
	return error;
}

int initramfs_read(struct initramfs *initramfs, const char *path)
{
	return read_file(initramfs, path, initramfs_read_bytes);
}

int initramfs_read_addon(struct initramfs *initramfs, const char *path)
{
	return read_file(initramfs, path, read_addon_bytes);
}

const struct cpio_member *initramfs_find(const struct initramfs *initramfs, const char *tail)
{
	size_t wanted = strlen(tail);

	for (const struct cpio_member *member = initramfs->reader.members; member;
	     member = member->next) {
		size_t length = strlen(member->path);

		if (length < wanted || !streq(member->path + length - wanted, tail))
			continue;
		if (length == wanted || member->path[length - wanted - 1] == '/')
			return member;
	}
	return NULL;
}
