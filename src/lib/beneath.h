// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <limits.h>
#include <stddef.h>

/*
 * Resolves every link of path as a process chrooted to root, an open directory, would:
 * neither ".." nor an absolute link leads out of it. A component that does not exist
 * counts as a plain name. Writes the path without links, relative to root ("." for root
 * itself). Returns 0, -ENAMETOOLONG or -ELOOP (more than 40 links).
 */
int beneath_resolve(int root, const char *path, char resolved[static PATH_MAX]);

/*
 * Writes a file with mode 0644, replacing any file or link at path. Makes missing parent
 * directories. Links among the parents are followed as in beneath_resolve(); a link at
 * path itself is not. Returns 0 or -errno.
 */
int beneath_write(int root, const char *path, const char *text, size_t length);
