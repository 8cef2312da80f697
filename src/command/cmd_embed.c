// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/options.h"
#include "host/confirms.h"
#include "host/grub_record.h"
#include "image/embed.h"
#include "lib/beneath.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "settings/profile.h"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

static const struct option_row rows[] = {
	{ .name = "kernel",
	  .value = "VERSION",
	  .help = "the image's kernel instead of the running one",
	  .offset = offsetof(struct embed_request, kernel) },
	{ .name = "modules",
	  .value = "DIR",
	  .help = "read its modules here instead of /lib/modules/VERSION",
	  .offset = offsetof(struct embed_request, modules) },
	{ .name = "generic",
	  .help = "for any machine: leave out the list of what this host needs",
	  .offset = offsetof(struct embed_request, generic) },
};

static const struct option_table table = {
	.command = "embed",
	.arguments = "DIR",
	.help = "Writes the settings of this host that an initramfs needs into DIR, the image's\n"
		"root, and prints the names of the modules that the image needs.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static int complain(const char *path, int error)
{
	text_print(stderr, "vfio-early: %s: %s\n", path, strerror(-error));
	return EXIT_PARTLY;
}

/* Writes a list of files; goes on after a failure. Returns an exit_code. */
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
		text_print(stderr, "vfio-early: %s\n", explain_problem(arena, problem));
	text_print(stderr, "vfio-early: " CONFIG_PATH " %s; correct it and rebuild the image\n",
		   embed->config_unread ? "is not in the image, which will take nothing"
					: "goes into the image as it is");
	if (settings_find_stop(&embed->settings))
		text_print(stderr, "vfio-early: %s\n", explain_stop(arena, &embed->settings));
}

/* Returns whether the config has sections, any of which a boot may choose. */
static bool has_profiles(const struct settings *settings)
{
	const char *text = settings->config_text;

	return text && text[profile_common_length(text)];
}

/* Lets GRUB record the next boot as a trial: the image may have another configuration. */
static void arm(struct arena *arena, const struct embed_request *request,
		const struct settings *settings)
{
	const char *root = request->root ? request->root : "";
	int error;

	if ((!settings->devs.count && !has_profiles(settings)) ||
	    host_explain_no_trial(settings, root))
		return;
	error = grub_record_arm(arena, root, false);
	if (error < 0 && error != -ENODEV)
		complain("grubenv, where GRUB records trials", error);
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
		text_print(stdout, "%s\n", module->name);
	/* A generic image has no list. */
	if (!request->generic) {
		host_list_say(&embed.needs);
		host_list_keep_or_say(&embed.needs, arena);
		arm(arena, request, &embed.settings);
	}
	complain_of_config(arena, &embed);
	if (fflush(stdout))
		code = complain("standard output", -errno);
	return !code && embed.settings.problems ? EXIT_MALFORMED : code;
}

static int run_embed(int count, char *const *arguments)
{
	struct embed_request request = { 0 };
	int code, first = options_read_exactly(&table, &request, 1, count, arguments, &code);
	struct arena *arena;
	int root;

	if (first < 0)
		return code;
	root = open(arguments[first], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return complain(arguments[first], -errno);
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
