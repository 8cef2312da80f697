// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files that look into images share. */

#include "check/check.h"
#include "image/embed.h"
#include "image/image_content.h"
#include "machine/module.h"

#define CHECK_PROGRAM_PATH VFIO_EARLY_LIBDIR "/vfio-early"
#define CHECK_REGENERATE   "vfio-early regenerate"

/* What is installed, for one kernel. */
struct installed {
	const struct kernel *kernel;
	struct embed embed;
	struct module_context *modules; /* NULL where they cannot be read */
	int modules_error;		/* why not */
	const char *program;		/* its bytes; NULL where it is not installed */
	size_t program_size;
};

/* One image under test. */
struct image_check {
	struct check *check;
	const struct installed *installed;
	const struct image_content *content;
	const char *path;
	const char *fix; /* builds it anew */
	bool front;	 /* the kernel runs the program in place of /init: without, nothing boots */
};

/* How the package that has the hooks gets all its files back: a command. */
const char *check_reinstall(const struct check *check);

/* check_content.c: says that an image has nothing of ours, and how it gets it. */
void check_missing(const struct image_check *image);

/* Compares what an image has with what is installed. */
void check_content(const struct image_check *image);

/*
 * Returns the first line of a list that another has not got, comments and empty
 * lines left out; NULL if it has all. Of the arena.
 */
const char *check_find_lacking(struct arena *arena, const char *list, const char *other);
