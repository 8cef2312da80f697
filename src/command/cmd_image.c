// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "command/options.h"
#include "image/embed.h"
#include "image/rdinit_image.h"
#include "lib/command.h"
#include "lib/file_replace.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/module.h"
#include "plan/explain.h"

/* The program that images get. */
#define PROGRAM_PATH VFIO_EARLY_LIBDIR "/vfio-early"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

struct options {
	struct embed_request request;
	const char *program;
	const char *output; /* NULL for standard output */
};

static const struct option_row rows[] = {
	{ .name = "kernel",
	  .value = "VERSION",
	  .help = "the image's kernel instead of the running one",
	  .offset = offsetof(struct options, request.kernel) },
	{ .name = "modules",
	  .value = "DIR",
	  .help = "read its modules here instead of /lib/modules/VERSION",
	  .offset = offsetof(struct options, request.modules) },
	{ .name = "generic",
	  .help = "for any machine: leave out the list of what this host needs",
	  .offset = offsetof(struct options, request.generic) },
	{ .name = "config",
	  .value = "FILE",
	  .help = "include this file instead of " CONFIG_PATH,
	  .offset = offsetof(struct options, request.config) },
	{ .name = "program", .value = "FILE", .offset = offsetof(struct options, program) },
	{ .name = "output",
	  .value = "FILE",
	  .help = "write to this file instead of standard output",
	  .offset = offsetof(struct options, output) },
};

static const struct option_table table = {
	.command = "image",
	.arguments = "",
	.help = "Writes an image for the boot loader to put in front of any initramfs, with\n"
		"rdinit=" INIT_PATH " on the kernel command line.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Says what failed. Returns error. */
static int complain(const char *what, int error)
{
	text_print(stderr, "vfio-early: %s: %s\n", what, strerror(-error));
	return error;
}

/* Says why no image is written with the program. Returns -EXDEV. */
static int refuse_program(const char *path, const char *why)
{
	text_print(stderr,
		   "vfio-early: %s: the program %s: an image with it would not boot, so none is "
		   "written: reinstall vfio-early\n",
		   path, why ? why : "does not start");
	return -EXDEV;
}

static int add_program(struct image *image, const char *path)
{
	enum elf_fault fault;
	int error = image_add_program(image, path, &fault);

	if (error)
		return complain(path, error);
	if (fault == ELF_DYNAMIC) {
		text_print(stderr,
			   "vfio-early: %s needs shared libraries, and the image has none: "
			   "install the statically linked one\n",
			   path);
		return -EXDEV;
	}
	return fault ? refuse_program(path, elf_fault_text(fault)) : 0;
}

/* Tests whether the program runs, after the modules were read. Returns 0 or -errno. */
static int try_program(const struct image *image, const char *path)
{
	static const char own[] = "vfio-early " VFIO_EARLY_VERSION;
	const char *version;
	int error, failure;

	if (!image_fits_machine(image))
		return refuse_program(path, elf_fault_text(ELF_FOREIGN));
	error = image_start_program(image, &version, &failure);
	if (error)
		return complain(path, error);
	if (failure)
		return refuse_program(
			path, arena_print(image->arena, "does not start (%s)",
					  failure == -EIO ? "it fails" : strerror(-failure)));
	if (version && !streq(version, own))
		return refuse_program(
			path, arena_print(image->arena, "is not %s, going by its output", own));
	return 0;
}

/* Adds one module. Returns 0, 1 if the kernel does not have it, or -errno. */
static int add_module(struct image *image, struct module_context *modules, const char *name)
{
	int error = image_add_module(image, modules, name);

	if (!error)
		return 0;
	if (error != -ENOENT || image->culprit)
		return complain(image->culprit ? image->culprit : name, error);
	text_print(stderr, "vfio-early: %s: no module %s, not even built in\n", image->directory,
		   name);
	return 1;
}

/*
 * Adds the modules and their indexes. An image without vfio-pci, the first, would be
 * useless. Returns 0, 1 if another module is missing, or -errno.
 */
static int add_modules(struct image *image, const struct embed *embed)
{
	struct module_places places = { .directory = image->directory };
	struct module_context *modules;
	int error, result = 0;

	if (access(image->directory, R_OK | X_OK) < 0)
		return complain(image->directory, -errno);
	error = module_open(&places, &modules);
	if (error)
		return complain(image->directory, error);
	for (const struct embed_name *name = embed->modules; name && error >= 0;
	     name = name->next) {
		error = add_module(image, modules, name->name);
		if (error > 0 && name == embed->modules)
			error = -ENOENT;
		result |= error;
	}
	if (error >= 0) {
		error = image_add_indexes(image, modules);
		if (error)
			complain(image->culprit ? image->culprit : image->directory, error);
	}
	module_close(modules);
	return error < 0 ? error : result;
}

/* Says what the image lacks; it is written all the same. Returns an exit_code. */
static int complain_of_embed(struct arena *arena, const struct embed *embed, bool generic)
{
	/* A generic image has no list. */
	if (!generic) {
		host_list_say(&embed->needs);
		host_list_keep_or_say(&embed->needs, arena);
	}
	for (const struct problem *problem = embed->settings.problems; problem;
	     problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(arena, problem));
	return embed->settings.problems ? EXIT_MALFORMED : EXIT_DONE;
}

/*
 * Writes the archive to a file that is not in its place yet. Returns its size in bytes,
 * or -errno.
 */
static long write_archive(const struct image *image, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
	long written = out ? image_write(image, out) : -errno;

	if (out ? fclose(out) && written >= 0 : copy >= 0 && close(copy))
		written = -errno;
	return written;
}

/* Puts the archive in its place in one step. Returns its size in bytes, or -errno. */
static long write_file(const struct image *image, const char *path)
{
	struct file_replace file;
	int error = file_replace_begin(&file, AT_FDCWD, path);
	long written;

	if (error)
		return error;
	written = write_archive(image, file.fd);
	if (written < 0) {
		file_replace_abandon(&file);
		return written;
	}
	error = file_replace_commit(&file);
	return error ? error : written;
}

static int write_image(const struct image *image, const char *output)
{
	const char *name = output ? output : "standard output";
	long written = output ? write_file(image, output) : image_write(image, stdout);

	if (written < 0)
		return complain(name, (int)written);
	text_print(stderr,
		   "vfio-early: %s: %ld bytes for kernel %s; let the boot loader give it to the "
		   "kernel before the initramfs (after microcode), with rdinit=" INIT_PATH
		   " on the command line\n",
		   name, written, image->kernel);
	return 0;
}

static int make_image(struct arena *arena, const struct options *options)
{
	struct image image;
	struct embed embed;
	int error, missing;

	image_start(&image, arena, options->request.kernel, options->request.modules);
	error = add_program(&image, options->program);
	if (error)
		return EXIT_PARTLY;
	error = embed_collect(&embed, arena, &options->request);
	if (!error)
		error = image_add_embed(&image, &embed);
	if (error) {
		complain(options->request.config ? options->request.config : CONFIG_PATH, error);
		return EXIT_PARTLY;
	}
	missing = add_modules(&image, &embed);
	if (missing >= 0 && try_program(&image, options->program))
		return EXIT_PARTLY;
	if (missing < 0 || write_image(&image, options->output))
		return EXIT_PARTLY;
	return complain_of_embed(arena, &embed, options->request.generic) ? EXIT_MALFORMED
	       : missing						  ? EXIT_PARTLY
									  : EXIT_DONE;
}

static int run_image(int count, char *const *arguments)
{
	struct options options = { .program = PROGRAM_PATH };
	int code, first = options_read_exactly(&table, &options, 0, count, arguments, &code);
	char directory[MODULE_PATH_SIZE], modules[PATH_MAX];
	struct utsname running;
	struct arena *arena;

	if (first < 0)
		return code;
	if (!options.output && isatty(STDOUT_FILENO)) {
		text_print(stderr,
			   "vfio-early: image: not written to a terminal: use --output FILE\n");
		return EXIT_MALFORMED;
	}
	uname(&running);
	if (!options.request.kernel)
		options.request.kernel = running.release;
	if (!*options.request.kernel || strchr(options.request.kernel, '/')) {
		text_print(stderr, "vfio-early: '%s' is not a kernel version\n",
			   options.request.kernel);
		return EXIT_MALFORMED;
	}
	module_directory(options.request.kernel, directory);
	if (!options.request.modules)
		options.request.modules = directory;
	/* libkmod names modules by their real paths. A missing directory is reported later. */
	else if (realpath(options.request.modules, modules))
		options.request.modules = modules;
	arena = arena_create(ARENA_SIZE);
	code = arena ? make_image(arena, &options) : EXIT_PARTLY;
	if (!arena)
		complain("image", -ENOMEM);
	arena_destroy(arena);
	return code;
}

const struct command command_image = {
	.name = "image",
	.arguments = "[--kernel VERSION] [--output FILE]",
	.help = "Write an image that runs this before any initramfs, with rdinit=" INIT_PATH ".",
	.run = run_image,
};
