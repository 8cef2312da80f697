// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/* How many bytes tell how data is compressed. */
#define DECOMPRESS_MAGIC_SIZE 2

/*
 * Returns the name of the program that decompresses data, by the kernel's table of magic
 * numbers (lib/decompress.c); NULL if unknown.
 */
const char *decompress_program(const void *data, size_t size);

/*
 * Runs such a program on the open file fd, from its current position, and calls use for
 * each piece of output until it returns nonzero. Whoever made the image needed the
 * program, so it is normally installed there. Returns that value, 0 at the end, -ENOENT
 * if there is no such program, -EBADMSG if it failed, or -errno.
 */
int decompress_file(int fd, const char *program,
		    int (*use)(void *context, const char *data, size_t size), void *context);
