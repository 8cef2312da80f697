// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * A directory of real files that follows an input. Only differences to the last input are
 * written, because writing takes most of the time. There is one directory, below $TMPDIR,
 * until the program ends.
 */

/* Begins the next tree, empty. */
void tree_begin(void);

/*
 * Each adds to the next tree; the last one for a path counts. A path or link that leads
 * out of the tree is left out. A link below "image/" may be absolute: only code that
 * takes that directory for its root follows it.
 */
void tree_add_directory(const char *path);
void tree_add_file(const char *path, const void *bytes, size_t length);
void tree_add_link(const char *path, const char *target);

/*
 * Adds what a line says: a line of the trees in tests/golden, correct or not, which goes
 * below "sys"; or one of
 *
 *   f PATH TEXT     a file; \n, \t, \\ and \xHH as in C
 *   l PATH TARGET   a link
 *   d PATH          a directory
 *
 * Changes the line. Returns false for any other line.
 */
bool tree_add_line(char *line);

/* Undoes the escapes of a TEXT in place. Returns its length. */
size_t tree_unescape(char *text);

/* Makes the directory as described. Returns its path. */
const char *tree_apply(void);

/* Removes everything below a path of the tree, which other code may have written to. */
void tree_clear(const char *path);
