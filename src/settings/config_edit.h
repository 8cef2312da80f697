// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/arena.h"

/* How to edit devs in a config file. */
enum config_change {
	CONFIG_SET,    /* replace all selectors */
	CONFIG_ADD,    /* append those that are not there yet */
	CONFIG_REMOVE, /* remove these */
};

/* A selector to set, add or remove. */
struct config_item {
	const char *text;
	bool found; /* filled in by config_edit(): the file had it */
};

/*
 * Splits the words of a command, which may hold several selectors each. The arena owns
 * *items. Returns 0 or -ENOMEM.
 */
int config_items(struct arena *arena, int count, char *const *words, struct config_item **items,
		 size_t *item_count);

/*
 * Writes a config file's text with the change made. Keeps comments, the order of lines
 * and all other keys, and all profiles byte for byte (profile.h). A file without devs gets the key
 * after the example "#devs = ...", or at the end, before the profiles. Selectors are equal if they
 * mean the same ("01:00.0", "0000:01:00.0"). Returns 0 or -ENOMEM.
 */
int config_edit(struct arena *arena, const char *text, enum config_change change,
		struct config_item *items, size_t count, FILE *out);

/* Writes the lines from the first to the last that differ, as diff(1) does. */
void config_show_difference(const char *path, const char *old, const char *new, FILE *out);
