// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/* As many bytes as tell how something is compressed. */
#define DECOMPRESS_MAGIC_SIZE 2

/*
 * Returns the name of the program that undoes what data was compressed with, by
 * the kernel's own table (lib/decompress.c); NULL for what that does not know.
 */
const char *decompress_program(const void *data, size_t size);

/*
 * Has such a program decompress the rest of the open file fd, from where it
 * stands, and calls use for each piece that comes out, until it gives other
 * than 0. Whatever made an image needed that program, so it is at hand where
 * the image was made. Returns what use gave, -ENOENT when there is no such
 * program, -EBADMSG when it failed, or -errno.
 */
int decompress_file(int fd, const char *program,
		    int (*use)(void *context, const char *data, size_t size), void *context);
