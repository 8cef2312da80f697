// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "check/root.h"

/* A variable of GRUB's, from grubenv or from a "set" command. */
struct grub_variable {
	const char *name;
	const char *value;
	struct grub_variable *next;
};

struct grub_words {
	const struct root *root;
	struct grub_variable *variables; /* the first of a name counts */
	const char *unresolved;		 /* the last one that was asked for and is unknown */
};

/* Adds a variable after those that are there. Memory that runs out leaves it unknown. */
void grub_words_set(struct grub_words *words, const char *name, const char *value);

/* Adds what an environment block ("grubenv") holds. */
void grub_words_read_environment(struct grub_words *words, char *text);

/*
 * Cuts the next word off a line of GRUB's script, without its quotes and with
 * the values of its variables, and moves *line on. A variable that is unknown is
 * empty; unresolved then names it, unless GRUB's own menus leave it empty.
 * Returns the word, of the root's arena; NULL at the end of the line or at ";",
 * "{" or "#".
 */
const char *grub_words_next(struct grub_words *words, const char **line);

/* Replaces variables in a text that has no quotes, as in boot entries. Of the root's arena. */
const char *grub_words_expand(struct grub_words *words, const char *text);
