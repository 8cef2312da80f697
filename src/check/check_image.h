// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files that look into images. */

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
	struct module_context *modules; /* NULL if they cannot be read */
	int modules_error;		/* -errno */
	const char *program;		/* its bytes; NULL if it is not installed */
	size_t program_size;
};

/* An image being checked. */
struct image_check {
	struct check *check;
	const struct installed *installed;
	const struct image_content *content;
	const char *path;
	const char *fix; /* rebuilds it */
	bool front; /* the kernel runs the program in place of /init: nothing boots without it */
};

/* Returns a command that restores all files of the package with the hooks. */
const char *check_reinstall(const struct check *check);

/* check_content.c: reports that an image has nothing of ours, and how to change that. */
void check_missing(const struct image_check *image);

/* check_content.c: compares an image with what is installed. */
void check_content(const struct image_check *image);

/*
 * check_content.c: returns the first line of list that other lacks, without comments and
 * empty lines; NULL if there is none. The arena owns it.
 */
const char *check_find_lacking(struct arena *arena, const char *list, const char *other);
