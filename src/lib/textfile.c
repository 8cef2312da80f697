// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

#define TEXTFILE_SIZE_MAX   (1 << 20)
#define TEXTFILE_SIZE_FIRST 4096

ssize_t textfile_read_bytes(int fd, char *buffer, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t length = read(fd, buffer + used, size - used);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (length == 0)
			break;
		used += (size_t)length;
	}
	return (ssize_t)used;
}

int textfile_read_file(struct arena *arena, int fd, char **text)
{
	/* Files of /proc have no size: reads again with more room until the end fits. */
	for (size_t size = TEXTFILE_SIZE_FIRST; size <= TEXTFILE_SIZE_MAX; size *= 4) {
		size_t mark = arena_mark(arena);
		char *buffer = arena_allocate(arena, size + 1, 1), *nul;
		ssize_t length = buffer ? textfile_read_bytes(fd, buffer, size) : -ENOMEM;

		if (length < 0)
			return (int)length;
		if ((size_t)length < size) {
			while ((nul = memchr(buffer, '\0', (size_t)length)))
				*nul = TEXTFILE_NUL;
			*text = buffer;
			return 0;
		}
		arena_rewind(arena, mark);
		lseek(fd, 0, SEEK_SET);
	}
	return -EFBIG;
}

int textfile_read(struct arena *arena, const char *path, char **text)
{
	int fd = file_open(AT_FDCWD, path), error;

	if (fd < 0)
		return fd;
	error = textfile_read_file(arena, fd, text);
	close(fd);
	return error;
}
