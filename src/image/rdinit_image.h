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
 * An image for rdinit= (init.h) while it is put together. Everything is read
 * before anything is written, so that nothing half made leaves the program.
 */
struct image {
	struct arena *arena;
	const char *kernel;    /* its version */
	const char *directory; /* of its modules, on this system */
	struct image_file *files;
	struct image_file **last_file;
	struct image_module *modules;
	const char *culprit;	    /* the file that the last error is about; NULL for none */
	struct elf_machine machine; /* of the program */
};

/* Starts an image; kernel, directory and arena must outlive it. */
void image_start(struct image *image, struct arena *arena, const char *kernel,
		 const char *directory);

/*
 * Adds the program at path, to be executed as the first process. Returns 0, with *fault
 * set to what keeps it from being a program that runs where there are no libraries
 * (elf_file.h; which machine it is for is left to image_fits_machine()), or the -errno of
 * reading it.
 */
int image_add_program(struct image *image, const char *path, enum elf_fault *fault);

/*
 * Returns whether the program is for the machine that the image's modules are for, or
 * for this one where they do not tell (compressed, or built in).
 */
bool image_fits_machine(const struct image *image);

/*
 * Starts the program that was added, with --version, if it is for this machine. *version
 * is then the line that it printed, of the arena, or NULL where it was not started or
 * *error is set to why that failed (process.h). Returns 0 or -ENOMEM.
 */
int image_start_program(const struct image *image, const char **version, int *error);

/* Adds config, the host's needs and modprobe.d files. Returns 0 or -ENOMEM. */
int image_add_embed(struct image *image, const struct embed *embed);

/*
 * Adds the files of a module and of all that is loaded with it. Returns 0, also
 * for one that is built in, -ENOENT without a culprit when the kernel has no
 * such module, or the -errno of reading the culprit.
 */
int image_add_module(struct image *image, struct module_context *modules, const char *name);

/* Adds the indexes for the modules that are there by now. Returns 0 or -errno. */
int image_add_indexes(struct image *image, struct module_context *modules);

/* Writes it as an archive. Returns its bytes, or -errno. */
long image_write(const struct image *image, FILE *out);
