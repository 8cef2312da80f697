// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/arena.h"

/* How to edit "devs" in a config file. */
enum config_change {
	CONFIG_SET,    /* these are all there are */
	CONFIG_ADD,    /* these come after those that are there, unless they are */
	CONFIG_REMOVE, /* these are taken out */
};

/* A selector that a change is about. */
struct config_item {
	const char *text;
	bool found; /* filled in: it was there before */
};

/*
 * Takes the words of a command apart, which may hold several selectors each.
 * *items is the arena's. Returns 0 or -ENOMEM.
 */
int config_items(struct arena *arena, int count, char *const *words, struct config_item **items,
		 size_t *item_count);

/*
 * Writes a config file's text with the change made to it. Comments stay, as do
 * the lines' order and all that is said of other keys; a file that said nothing
 * of "devs" gets it behind its example "#devs = ...", or at the end. Two
 * selectors are the same when they mean the same ("01:00.0", "0000:01:00.0").
 * Returns 0 or -ENOMEM.
 */
int config_edit(struct arena *arena, const char *text, enum config_change change,
		struct config_item *items, size_t count, FILE *out);

/* Writes what differs between two texts as diff(1) does, from the first line that differs to the
 * last.
 */
void config_show_difference(const char *path, const char *old, const char *new, FILE *out);
