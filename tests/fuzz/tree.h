// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * A directory of real files that is made to look as an input says. From one
 * input to the next only what differs is written, for that is what takes the
 * time. There is one, below $TMPDIR, until the program ends.
 */

/* Forgets what was said of the next tree. */
void tree_begin(void);

/*
 * Each of these adds to the next tree; what comes last counts. A path that
 * leads out of the tree is left out, as is a link that does. A link below
 * "image/" may be absolute: it is not followed by the system, but by what
 * takes the image's root for its own.
 */
void tree_add_directory(const char *path);
void tree_add_file(const char *path, const void *bytes, size_t length);
void tree_add_link(const char *path, const char *target);

/*
 * Adds what a line says. That may be a line of tests/golden' trees, which
 * goes below "sys", though nothing in it need be right; or one of
 *
 *   f PATH TEXT     a file; \n, \t, \\ and \xHH stand for what they do in C
 *   l PATH TARGET   a link
 *   d PATH          a directory
 *
 * The line is taken apart. Returns false for one that is none of these.
 */
bool tree_add_line(char *line);

/* Undoes the escapes of a TEXT in place; returns its length. */
size_t tree_unescape(char *text);

/* Makes the directory as was said; returns its path. */
const char *tree_apply(void);

/* Removes all below a path of the tree, which something else may have written to. */
void tree_clear(const char *path);
