// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/arena.h"

/* The "new ASCII" header, and the kernel's limit for a name (PATH_MAX; init/initramfs.c). */
#define CPIO_READER_HEADER_SIZE 110
#define CPIO_READER_NAME_MAX	4096

/* The contents of larger files are not kept. */
#define CPIO_READER_KEEP_MAX (4 << 20)

/* One member of an archive. */
struct cpio_member {
	const char *path;	  /* as the kernel creates it: without "/" or "./" at the start */
	unsigned int mode;	  /* as in inode(7) */
	size_t size;		  /* of its contents; a link's contents are its target */
	const char *data;	  /* its contents and a NUL; NULL unless kept */
	bool linked;		  /* its contents are stored under another name of the same file */
	struct cpio_member *next; /* the member before it */
};

enum cpio_reader_state {
	CPIO_READER_BETWEEN, /* between archives: zeros, or the start of a header */
	CPIO_READER_HEADER,
	CPIO_READER_NAME,
	CPIO_READER_DATA,
};

/* Reads archives in pieces of any size. */
struct cpio_reader {
	struct arena *arena;
	bool (*keep)(const char *path); /* returns whether to keep a file's contents */
	struct cpio_member *members; /* last one first: of several with one path, the last counts */
	size_t archives;	     /* read to their ends */

	/* The part being read. */
	enum cpio_reader_state state;
	char header[CPIO_READER_HEADER_SIZE];
	char name[CPIO_READER_NAME_MAX + 4];
	size_t filled;	 /* bytes of the header or name read */
	size_t wanted;	 /* bytes of the name, or data bytes left, with padding */
	size_t padding;	 /* included in wanted */
	char *next_byte; /* where data goes; NULL if not kept */
	struct cpio_member *member;
};

/* Starts reading. The arena owns everything read and must outlive the reader. */
void cpio_reader_start(struct cpio_reader *reader, struct arena *arena,
		       bool (*keep)(const char *path));

/*
 * Reads the next size bytes as the kernel would
 * (Documentation/driver-api/early-userspace/buffer-format.rst): archives one after
 * another, with zeros between them. Returns the number of bytes read, which is less than
 * size if something else follows an archive, -EBADMSG for a malformed archive, or
 * -ENOMEM.
 */
ssize_t cpio_reader_feed(struct cpio_reader *reader, const char *data, size_t size);

/* Returns whether an archive has begun but not ended. */
bool cpio_reader_is_inside(const struct cpio_reader *reader);
