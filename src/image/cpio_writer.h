// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "lib/arena.h"

/*
 * Writes an archive that the kernel unpacks into its first root: cpio's "new ASCII"
 * format (Documentation/driver-api/early-userspace/buffer-format.rst). All members belong
 * to root and have the same time, so equal files give equal archives.
 */
struct cpio {
	FILE *out;
	struct arena *arena; /* for names of directories */
	struct cpio_directory *directories;
	size_t written;	     /* bytes so far */
	unsigned int number; /* of the next member: the kernel links members with the same number */
};

/* Starts an archive. Writes nothing yet. */
void cpio_start(struct cpio *cpio, FILE *out, struct arena *arena);

/*
 * Adds a file, after any of its parent directories that the archive lacks. path is
 * absolute, mode has the permission bits. Returns 0, -ENOMEM, or -EFBIG if the format
 * cannot hold the size. Errors of writing show in out: see ferror(3).
 */
int cpio_add_file(struct cpio *cpio, const char *path, unsigned int mode, const void *data,
		  size_t size);

/* Ends the archive, padded so that another may follow. */
void cpio_finish(struct cpio *cpio);
