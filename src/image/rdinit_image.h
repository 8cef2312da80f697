// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "image/embed.h"
#include "lib/arena.h"
#include "lib/elf_file.h"
#include "machine/module.h"

struct image_file;
struct image_module;

/*
 * An image for rdinit= (boot/init.h) that is being built. Everything is read before
 * anything is written, so that no incomplete image is written.
 */
struct image {
	struct arena *arena;
	const char *kernel;    /* its release */
	const char *directory; /* of its modules, on this system */
	struct image_file *files;
	struct image_file **last_file;
	struct image_module *modules;
	const char *culprit;	    /* the file that caused the last error; NULL for none */
	struct elf_machine machine; /* the program's */
};

/* Starts an image. kernel, directory and arena must outlive it. */
void image_start(struct image *image, struct arena *arena, const char *kernel,
		 const char *directory);

/*
 * Adds the program at path, which the kernel executes as its first process. Returns 0
 * with *fault set to why it cannot run without libraries (lib/elf_file.h;
 * image_fits_machine() checks the machine), or the -errno of reading it.
 */
int image_add_program(struct image *image, const char *path, enum elf_fault *fault);

/*
 * Returns whether the program is for the machine of the image's modules, or for this one
 * if they do not tell (compressed or built in).
 */
bool image_fits_machine(const struct image *image);

/*
 * Runs the added program with --version if it is for this machine. *version is then the
 * line that it printed, owned by the arena, or NULL if it was not run or failed; *error
 * is then the error of lib/process.h. Returns 0 or -ENOMEM.
 */
int image_start_program(const struct image *image, const char **version, int *error);

/* Adds config, the host's needs and modprobe.d files. Returns 0 or -ENOMEM. */
int image_add_embed(struct image *image, const struct embed *embed);

/*
 * Adds a module's file and those of all modules loaded with it. Returns 0, also if it is
 * built in, -ENOENT without a culprit if the kernel has no such module, or the -errno of
 * reading the culprit.
 */
int image_add_module(struct image *image, struct module_context *modules, const char *name);

/* Adds the indexes for the modules added so far. Returns 0 or -errno. */
int image_add_indexes(struct image *image, struct module_context *modules);

/* Writes the image as an archive. Returns its size in bytes, or -errno. */
long image_write(const struct image *image, FILE *out);
