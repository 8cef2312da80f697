// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "check/root.h"

/* A variable of GRUB, from grubenv or a "set" command. */
struct grub_variable {
	const char *name;
	const char *value;
	struct grub_variable *next;
};

struct grub_words {
	const struct root *root;
	struct grub_variable *variables; /* the first of a name counts */
	const char *unresolved;		 /* the last one used whose value is unknown */
};

/* Adds a variable after the others. When memory runs out, it stays unknown. */
void grub_words_set(struct grub_words *words, const char *name, const char *value);

/* Adds the variables of an environment block ("grubenv"). */
void grub_words_read_environment(struct grub_words *words, char *text);

/*
 * Cuts the next word off a line of GRUB's script, without quotes and with variables
 * expanded, and moves *line on. An unknown variable expands to nothing and is stored in
 * unresolved, unless GRUB's own menus usually leave it empty. Returns the word, owned by
 * the root's arena; NULL at the end of the line or at ";", "{" or "#".
 */
const char *grub_words_next(struct grub_words *words, const char **line);

/*
 * Expands variables in a text without quotes, as in boot entries. The root's arena owns
 * the result.
 */
const char *grub_words_expand(struct grub_words *words, const char *text);
