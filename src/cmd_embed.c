// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "command.h"
#include "embed.h"
#include "explain.h"
#include "input.h"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

static void print_usage(FILE *out)
{
	fprintf(out,
		"usage: vfio-early embed [OPTION...] DIR\n"
		"Writes what an initramfs needs of this host's settings into DIR, the image's\n"
		"root, and prints the names of the modules that it needs.\n"
		"  --kernel VERSION  the image's kernel instead of the running one\n"
		"  --modules DIR     where its modules are instead of /lib/modules/VERSION\n"
		"  --generic         the image is for any machine: say nothing of this one\n");
}

/* Gives the index of the first argument that is no option, -1 for a bad one, -2 after help. */
static int parse_options(int count, char *const *arguments, struct embed_request *request)
{
	static const struct option known[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "modules", required_argument, NULL, 'm' },
		{ "generic", no_argument, NULL, 'g' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(count, arguments, "h", known, NULL)) != -1) {
		switch (option) {
		case 'k':
			request->kernel = optarg;
			break;
		case 'm':
			request->modules = optarg;
			break;
		case 'g':
			request->generic = true;
			break;
		case 'h':
			print_usage(stdout);
			return -2;
		default:
			print_usage(stderr);
			return -1;
		}
	}
	if (optind == count - 1)
		return optind;
	print_usage(stderr);
	return -1;
}

static int complain(const char *path, int error)
{
	fprintf(stderr, "vfio-early: %s: %s\n", path, strerror(-error));
	return EXIT_PARTLY;
}

/* Writes a list of files; all are tried. */
static int write_files(int root, const struct embed_file *file)
{
	int code = EXIT_DONE;

	for (; file; file = file->next) {
		int error = beneath_write(root, file->path, file->text, file->length);

		if (error)
			code = complain(file->path, error);
	}
	return code;
}

static void complain_of_config(struct arena *arena, const struct embed *embed)
{
	const struct problem *problem = embed->settings.problems;

	if (!problem)
		return;
	for (; problem; problem = problem->next)
		fprintf(stderr, "vfio-early: %s\n", explain_problem(arena, problem));
	fprintf(stderr, "vfio-early: " CONFIG_PATH " %s; correct it and build the image again\n",
		embed->config ? "goes into the image as it is" : "does not go into the image");
}

static int embed_into(struct arena *arena, const struct embed_request *request, int root)
{
	struct embed embed;
	int error = embed_collect(&embed, arena, request);
	int code = error ? complain(CONFIG_PATH, error) : EXIT_DONE;

	if (error == -ENOMEM)
		return code;
	code |= write_files(root, embed.config);
	code |= write_files(root, embed.host);
	code |= write_files(root, embed.modprobe);
	for (const struct embed_name *module = embed.modules; module; module = module->next)
		printf("%s\n", module->name);
	for (const struct embed_name *gap = embed.gaps; gap; gap = gap->next)
		fprintf(stderr, "vfio-early: what the host needs could not be resolved: %s\n",
			gap->name);
	complain_of_config(arena, &embed);
	if (fflush(stdout))
		code = complain("standard output", -errno);
	return !code && embed.settings.problems ? EXIT_MALFORMED : code;
}

static int run_embed(int count, char *const *arguments)
{
	struct embed_request request = { 0 };
	int first = parse_options(count + 1, arguments - 1, &request);
	struct arena *arena;
	int root, code;

	if (first < 0)
		return first == -2 ? EXIT_DONE : EXIT_MALFORMED;
	root = open(arguments[first - 1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return complain(arguments[first - 1], -errno);
	arena = arena_create(ARENA_SIZE);
	code = arena ? embed_into(arena, &request, root) : complain("embed", -ENOMEM);
	arena_destroy(arena);
	close(root);
	return code;
}

const struct command command_embed = {
	.name = "embed",
	.arguments = "[--kernel VERSION] [--modules DIR] [--generic] DIR",
	.help = "Put this host's settings into an image's root; print the modules it needs.",
	.run = run_embed,
};
