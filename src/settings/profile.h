// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"

/*
 * The sections of a config. Its lines before the first line that begins with '[' are for every
 * boot. "[profile NAME]" begins a profile, whose lines count in a boot with
 * vfio_early.profile=NAME. Several sections of one name are one profile.
 */

/* The length of a name. */
#define PROFILE_NAME_MAX 32

/* Returns whether a line begins a section, right or wrong. */
bool profile_begins_section(const char *line);

/*
 * Returns the length of a config's text that is for every boot, without the blank lines and the
 * comment right before the first section.
 */
size_t profile_common_length(const char *text);

/* One section of a config's text, by offsets. */
struct profile_section {
	size_t start; /* of the blank lines and the comment right before it */
	size_t body;  /* its first line */
	size_t end;   /* behind its last one: the start of the next section */
};

/* Finds the first section of this name. Returns 0, -ENOENT or -ENOMEM. */
int profile_find(struct arena *arena, const char *text, const char *name,
		 struct profile_section *section);

/* Lists the names of a config's profiles, each once. The arena owns them. Returns 0 or -ENOMEM. */
int profile_list(struct arena *arena, const char *text, const char ***names, size_t *count);

/*
 * Cuts the name out of a line, without the blanks before it and its newline, that begins a profile:
 * letters, digits, '-' and '_'. Returns NULL for any other line, which stays as it is.
 */
char *profile_cut_name(char *line);
