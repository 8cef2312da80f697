// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/cpio_writer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/util.h"

#define CPIO_TRAILER "TRAILER!!!"

/* cpio(1)'s default block size. */
#define CPIO_BLOCK 512

struct cpio_directory {
	const char *path; /* as in the archive, without a leading slash */
	struct cpio_directory *next;
};

void cpio_start(struct cpio *cpio, FILE *out, struct arena *arena)
{
	*cpio = (struct cpio){ .out = out, .arena = arena, .number = 1 };
}

static void put(struct cpio *cpio, const void *data, size_t size)
{
	fwrite(data, 1, size, cpio->out);
	cpio->written += size;
}

static void pad(struct cpio *cpio, size_t block)
{
	static const char zeros[CPIO_BLOCK];

	put(cpio, zeros, -cpio->written % block);
}

static void put_member(struct cpio *cpio, const char *path, unsigned int number, unsigned int mode,
		       const void *data, size_t size)
{
	size_t length = strlen(path) + 1;
	unsigned int links = S_ISDIR(mode) ? 2 : 1;
	char header[6 + 13 * 8 + 1];

	/*
	 * Magic, inode, mode, uid, gid, links, time, size, major and minor of the
	 * containing and of the node's own device, length of the name, checksum. Tools
	 * take time 0 for "unknown", so it is 1.
	 */
	snprintf(header, sizeof(header),
		 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", number, mode, 0U, 0U,
		 links, 1U, (unsigned int)size, 0U, 0U, 0U, 0U, (unsigned int)length, 0U);
	put(cpio, header, sizeof(header) - 1);
	put(cpio, path, length);
	pad(cpio, 4);
	put(cpio, data, size);
	pad(cpio, 4);
}

static bool has_directory(const struct cpio *cpio, const char *path, size_t length)
{
	for (const struct cpio_directory *directory = cpio->directories; directory;
	     directory = directory->next)
		if (strncmp(directory->path, path, length) == 0 && !directory->path[length])
			return true;
	return false;
}

/*
 * Adds the directory named by the first length bytes of path, unless it is there. Returns
 * 0 or -ENOMEM.
 */
static int add_directory(struct cpio *cpio, const char *path, size_t length)
{
	struct cpio_directory *directory;

	if (has_directory(cpio, path, length))
		return 0;
	directory = arena_allocate(cpio->arena, 1, sizeof(*directory));
	if (!directory)
		return -ENOMEM;
	directory->path = arena_copy(cpio->arena, path, length);
	if (!directory->path)
		return -ENOMEM;
	directory->next = cpio->directories;
	cpio->directories = directory;
	put_member(cpio, directory->path, cpio->number++, S_IFDIR | 0755, "", 0);
	return 0;
}

/* Adds every parent directory of path. Returns 0 or -ENOMEM. */
static int add_parents(struct cpio *cpio, const char *path)
{
	int error = 0;

	for (const char *slash = strchr(path, '/'); slash && !error; slash = strchr(slash + 1, '/'))
		error = add_directory(cpio, path, (size_t)(slash - path));
	return error;
}

int cpio_add_file(struct cpio *cpio, const char *path, unsigned int mode, const void *data,
		  size_t size)
{
	int error;

	path += strspn(path, "/");
	if (size > UINT32_MAX)
		return -EFBIG;
	error = add_parents(cpio, path);
	if (!error)
		put_member(cpio, path, cpio->number++, S_IFREG | mode, data, size);
	return error;
}

void cpio_finish(struct cpio *cpio)
{
	put_member(cpio, CPIO_TRAILER, 0, 0, "", 0);
	pad(cpio, CPIO_BLOCK);
}
