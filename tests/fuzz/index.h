// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Room for the entries of one index. */
#define INDEX_ENTRIES_MAX 256

/* An index of modules, as depmod(8) writes them (libkmod/libkmod-index.h of kmod). */
struct index {
	struct {
		char *key, *value;
	} entries[INDEX_ENTRIES_MAX];
	size_t count;
};

/*
 * Adds an entry, of which both strings must outlive the index. What depmod
 * would not take, for libkmod has no room for it, is left out: keys with bytes
 * past ASCII, and values that are not there. Gives whether it was taken.
 */
bool index_add(struct index *index, char *key, char *value);

/* Adds the index as a file to the tree. */
void index_write(struct index *index, const char *path);
