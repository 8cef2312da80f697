// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"
#include "lib/util.h"

/* A system's files: this machine's, or those of another below a directory. */
struct root {
	struct arena *arena;
	const char *path; /* "" for this machine's own */
	int fd;		  /* open; -1 for this machine's own */
};

/*
 * Opens what is at path; "" or NULL for this machine's own. What is read is of
 * the arena. Returns 0 or -errno.
 */
int root_open(struct root *root, struct arena *arena, const char *path);

void root_close(struct root *root);

/* Formats into the arena. Returns "" when that is full. */
const char *root_print(const struct root *root, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Where a file of that system is on this one. No link leads out of the root. */
const char *root_path(const struct root *root, const char *path);

/* Reads a text, of the root's arena. Returns 0 or -errno (input.h). */
int root_read_text(const struct root *root, const char *path, char **text);

/* The same; returns the text, or NULL where it cannot be read. */
char *root_read(const struct root *root, const char *path);

bool root_has(const struct root *root, const char *path);

/*
 * Returns the names in a directory, sorted, NULL after the last; those that
 * begin with a dot are left out. Where there is no such directory, there are none.
 */
const char *const *root_list(const struct root *root, const char *path);

/* Whether a name ends with tail, and is longer. */
bool root_ends_with(const char *name, const char *tail);
