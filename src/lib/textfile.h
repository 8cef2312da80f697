// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include "lib/arena.h"

/* What textfile_read() gives for a NUL (SUBSTITUTE, of ASCII), so that no text ends at one unseen.
 */
#define TEXTFILE_NUL '\032'

/*
 * Reads a whole file of text into the arena, a NUL after it. Files past a
 * megabyte are refused: nobody writes such a one on purpose. Returns 0 or -errno;
 * -EINVAL for a FIFO, a socket or a device node.
 */
int textfile_read(struct arena *arena, const char *path, char **text);

/* The same for a file that was just opened. */
int textfile_read_file(struct arena *arena, int fd, char **text);

/* Reads up to size bytes, fewer only at the end of the file. Returns how many, or -errno. */
ssize_t textfile_read_bytes(int fd, char *buffer, size_t size);
