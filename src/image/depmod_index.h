// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/*
 * Makes indexes in the form that libkmod reads (libkmod-index.c there): depmod's
 * hold every module that a kernel has, an image needs those of a handful.
 */

/* One entry; of those that match, the ones with the smallest priority come first. */
struct depmod_index_entry {
	const char *key; /* ASCII */
	const char *value;
	unsigned int priority;
};

/*
 * Makes the index of these entries, which it sorts on the way. Without entries
 * it is valid, and empty. *data is to be freed. Returns 0, -ENOMEM, or -EINVAL
 * for a key that is not ASCII.
 */
int depmod_index_make(struct depmod_index_entry *entries, size_t count, char **data, size_t *size);
