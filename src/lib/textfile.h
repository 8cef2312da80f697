// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include "lib/arena.h"

/*
 * Stands for a NUL in the text that textfile_read() returns (ASCII's SUBSTITUTE), so that
 * a NUL in a file cannot hide what follows it.
 */
#define TEXTFILE_NUL '\032'

/*
 * Reads a whole text file into the arena; a NUL follows the text. Returns 0 or -errno:
 * -EFBIG for a megabyte or more, which nobody writes on purpose, -EINVAL for a FIFO, a
 * socket or a device node other than /dev/null.
 */
int textfile_read(struct arena *arena, const char *path, char **text);

/* Like textfile_read() for a file open at its start. The descriptor stays the caller's. */
int textfile_read_file(struct arena *arena, int fd, char **text);

/*
 * Reads up to size bytes, fewer only at the end of the file. Returns the number of bytes
 * or -errno.
 */
ssize_t textfile_read_bytes(int fd, char *buffer, size_t size);
