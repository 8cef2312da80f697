// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "lib/arena.h"

/*
 * Writes an archive that the kernel unpacks into its first root: cpio's "new
 * ASCII" format, Documentation/driver-api/early-userspace/buffer-format.rst.
 * Everything in it belongs to root and is of the same moment, so that the same
 * files give the same bytes.
 */
struct cpio {
	FILE *out;
	struct arena *arena; /* for the names of directories */
	struct cpio_directory *directories;
	size_t written;	     /* bytes so far */
	unsigned int number; /* of the next member: the kernel links those of one number */
};

/* Starts an archive. Nothing is written yet. */
void cpio_start(struct cpio *cpio, FILE *out, struct arena *arena);

/*
 * Adds a file, and before it the directories on the way to it that are not in
 * the archive yet. path is absolute; mode holds the permission bits. Returns 0,
 * -ENOMEM, or -EFBIG for what the format has no room for. An error of writing
 * is left to be found in out.
 */
int cpio_add_file(struct cpio *cpio, const char *path, unsigned int mode, const void *data,
		  size_t size);

/* Ends the archive, padded so that another one may follow. */
void cpio_finish(struct cpio *cpio);
