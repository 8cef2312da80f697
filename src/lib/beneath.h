// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <limits.h>
#include <stddef.h>

/*
 * Follows every link of a path as a process would whose root directory is
 * root, an open directory: neither ".." nor an absolute link leads out of it.
 * What is not there is taken for a plain name. Writes the path without links,
 * relative to root ("." for root itself). Returns 0, -ENAMETOOLONG or -ELOOP.
 */
int beneath_resolve(int root, const char *path, char resolved[static PATH_MAX]);

/*
 * Puts a file in the place of whatever file or link is at path, with mode
 * 0644; directories on the way are made where they are missing. Links among
 * them are followed as beneath_resolve() does. Returns 0 or -errno.
 */
int beneath_write(int root, const char *path, const char *text, size_t length);
