// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/*
 * Builds indexes in libkmod's format (libkmod-index.c). depmod's indexes list every
 * module of a kernel; an image needs a few.
 */

/* One entry. Of several matches, the smallest priority comes first. */
struct depmod_index_entry {
	const char *key; /* ASCII */
	const char *value;
	unsigned int priority;
};

/*
 * Builds the index of these entries and sorts them. Without entries it is valid and
 * empty. The caller frees *data. Returns 0, -ENOMEM, or -EINVAL for a key that is not
 * ASCII.
 */
int depmod_index_make(struct depmod_index_entry *entries, size_t count, char **data, size_t *size);
