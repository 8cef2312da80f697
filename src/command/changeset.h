// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "lib/arena.h"

/* A file that a command changes. */
struct file_change {
	const char *path;
	const char *old; /* its text; NULL if there is no such file */
	const char *new; /* its text afterwards; NULL if there is to be none */
};

/*
 * What one command changes on this host: files, and what then makes them count. The arena
 * owns all texts.
 */
struct changeset {
	struct arena *arena;
	const char *command; /* as it was typed: "set 01:00.0" */
	long long time;	     /* of the change, in seconds since 1970 */
	struct file_change *files;
	size_t count;
	const char *then; /* for a shell; NULL for none */
	const char *back; /* likewise, after the files are as they were; NULL for none */
};

/* Adds a file. Returns 0 or -ENOMEM. */
int changeset_add(struct changeset *set, const char *path, const char *old, const char *new);

/* Prints for each file the lines that differ, and the command. */
void changeset_show(const struct changeset *set, FILE *out);

/* Exchanges old and new in each file, and then and back. */
void changeset_turn(struct changeset *set);

/*
 * Returns the path of the first file that has neither its old nor its new text: something
 * else has changed it. Returns NULL if there is none.
 */
const char *changeset_find_changed(const struct changeset *set);

/*
 * Gives each file its new text, with the permissions that it has (lib/file_replace.h). If
 * one fails, gives back the others their old text. Returns 0, or -errno with the file that
 * failed in *path.
 */
int changeset_write(const struct changeset *set, const char **path);

/*
 * Runs a command by sh(1) with the PATH of lib/util.h. Its output goes where ours goes.
 * Returns as regenerate_run() does; 0 for NULL.
 */
int changeset_run(const char *command);
