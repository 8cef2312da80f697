// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"
#include "lib/util.h"

/* A system's files: this machine's, or another's below a directory. */
struct root {
	struct arena *arena;
	const char *path; /* "" for this machine */
	int fd;		  /* open directory; -1 for this machine */
};

/*
 * Opens the system at path; "" or NULL for this machine. The arena owns everything read.
 * Returns 0 or -errno.
 */
int root_open(struct root *root, struct arena *arena, const char *path);

void root_close(struct root *root);

/*
 * Formats a path, a command or a message into the arena. Returns "" when that is full, so what is
 * written to a file is formatted by arena_print().
 */
const char *root_print(const struct root *root, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Returns the path on this machine of a file of that system. No link leads out of the root. */
const char *root_path(const struct root *root, const char *path);

/* Reads a text, owned by the root's arena. Returns 0 or -errno (lib/textfile.h). */
int root_read_text(const struct root *root, const char *path, char **text);

/* Like root_read_text(), but returns the text, or NULL if it cannot be read. */
char *root_read(const struct root *root, const char *path);

bool root_has(const struct root *root, const char *path);

/*
 * Returns the names in a directory, sorted, NULL after the last, without those that begin
 * with a dot. A missing directory is empty.
 */
const char *const *root_list(const struct root *root, const char *path);

/* Returns whether a name ends with tail and is longer. */
bool root_ends_with(const char *name, const char *tail);
