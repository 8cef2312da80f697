// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands set, add and remove edit what the config file takes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/change.h"
#include "command/options.h"
#include "command/pick.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"

struct options {
	struct preview preview;
	struct change_options how;
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS,
	PREVIEW_CONFIG,
	PREVIEW_CMDLINE,
	CHANGE_OPTIONS,
};

/* Works on the words, or asks which device if there are none. Returns an exit_code. */
static int work_on(struct change *change, const struct options *options, int count,
		   char *const *words)
{
	char *picked[1];
	int code;

	if (!count && change->kind != CONFIG_REMOVE) {
		const char *selector =
			pick_device(change->run->arena, &options->preview, change->command, &code);

		if (!selector)
			return code;
		picked[0] = arena_copy(change->run->arena, selector, strlen(selector));
		if (!picked[0])
			return preview_complain(change->command, -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
		words = picked;
		count = 1;
	}
	return change_carry_out(change, &options->how, count, words);
}

static int run_change(const char *command, const char *help, enum config_change kind, int count,
		      char *const *arguments)
{
	const struct option_table table = {
		.command = command,
		.arguments = kind == CONFIG_REMOVE ? "SELECTOR..." : "[SELECTOR...]",
		.help = help,
		.rows = rows,
		.count = ARRAY_SIZE(rows),
	};
	struct options options = { 0 };
	struct change change = {
		.command = command, .kind = kind, .preview = &options.preview, .lock.fd = -1
	};
	int code, first = options_read(&table, &options, count, arguments, &code);

	if (first < 0)
		return code;
	if (options.preview.sysfs && !options.preview.file && !options.how.dry_run) {
		text_print(stderr, "vfio-early: --sysfs is another machine's tree: name that "
				   "machine's config with --config\n");
		return EXIT_MALFORMED;
	}
	change.path = options.preview.file ? options.preview.file : CONFIG_PATH;
	change.run = run_create();
	if (!change.run)
		return preview_complain(command, -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	code = work_on(&change, &options, count - first, arguments + first);
	file_lock_release(&change.lock);
	preview_close(&options.preview);
	run_destroy(change.run);
	return code;
}

#define REST                                                                                \
	"Shows what the next boot will do and why, and what changes for that; asks; then\n" \
	"writes " CONFIG_PATH ", adds the kernel parameter that the IOMMU needs, and\n"     \
	"rebuilds the initramfs images. If that fails, it restores the files."
#define PICK "\nWithout a selector it lists what can be taken and asks for one."

static int run_set(int count, char *const *arguments)
{
	return run_change("set", "Makes these the devices to take at boot.\n" REST PICK, CONFIG_SET,
			  count, arguments);
}

static int run_add(int count, char *const *arguments)
{
	return run_change("add", "Adds to the devices to take at boot.\n" REST PICK, CONFIG_ADD,
			  count, arguments);
}

static int run_remove(int count, char *const *arguments)
{
	return run_change("remove", "Removes from the devices to take at boot.\n" REST,
			  CONFIG_REMOVE, count, arguments);
}

#define ARGUMENTS(selectors) "[--dry-run] [--yes] " selectors

const struct command command_set = {
	.name = "set",
	.arguments = ARGUMENTS("[SELECTOR...]"),
	.help = "Write to the config what to take, show the plan, and rebuild the images.",
	.run = run_set,
};

const struct command command_add = {
	.name = "add",
	.arguments = ARGUMENTS("[SELECTOR...]"),
	.help = "The same, in addition to what is configured.",
	.run = run_add,
};

const struct command command_remove = {
	.name = "remove",
	.arguments = ARGUMENTS("SELECTOR..."),
	.help = "Remove selectors from the config, and rebuild the images.",
	.run = run_remove,
};
