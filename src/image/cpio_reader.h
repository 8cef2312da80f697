// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/arena.h"

/* The "new ASCII" header, and what the kernel takes for a name (PATH_MAX; init/initramfs.c). */
#define CPIO_READER_HEADER_SIZE 110
#define CPIO_READER_NAME_MAX	4096

/* Past this many bytes, no file's bytes are kept. */
#define CPIO_READER_KEEP_MAX (4 << 20)

/* One member of an archive. */
struct cpio_member {
	const char *path;	  /* as the kernel makes it: without "/" or "./" at its start */
	unsigned int mode;	  /* of inode(7) */
	size_t size;		  /* of its bytes; those of a link are its target */
	const char *data;	  /* a NUL after them; NULL unless they are kept */
	bool linked;		  /* its bytes stand with another name of the same file */
	struct cpio_member *next; /* the one before it */
};

enum cpio_reader_state {
	CPIO_READER_BETWEEN, /* where zeros fill up, and a header may start */
	CPIO_READER_HEADER,
	CPIO_READER_NAME,
	CPIO_READER_DATA,
};

/* Reads archives that come in pieces of any size. */
struct cpio_reader {
	struct arena *arena;
	bool (*keep)(const char *path); /* whether a file's bytes are worth keeping */
	struct cpio_member *members;	/* the last first: of one path, that one counts */
	size_t archives;		/* that came to their end */

	/* The part that it is reading. */
	enum cpio_reader_state state;
	char header[CPIO_READER_HEADER_SIZE];
	char name[CPIO_READER_NAME_MAX + 4];
	size_t filled;	 /* bytes of the header or the name */
	size_t wanted;	 /* bytes of the name, or left of the data; padding included */
	size_t padding;	 /* of these */
	char *next_byte; /* where data goes; NULL where it is not kept */
	struct cpio_member *member;
};

/* Starts reading. What is read is of the arena, which must outlive the reader. */
void cpio_reader_start(struct cpio_reader *reader, struct arena *arena,
		       bool (*keep)(const char *path));

/*
 * Reads the next size bytes, as the kernel would
 * (Documentation/driver-api/early-userspace/buffer-format.rst): archives one
 * after the other, zeros between them. Returns how many it took, which is less
 * than size where something else stands between archives; -EBADMSG for what is
 * no archive, or -ENOMEM.
 */
ssize_t cpio_reader_feed(struct cpio_reader *reader, const char *data, size_t size);

/* Whether it is in the middle of an archive. */
bool cpio_reader_is_inside(const struct cpio_reader *reader);
