// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands set, add and remove edit what the config file takes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check/boot_loader.h"
#include "command/change.h"
#include "command/grub_entry.h"
#include "command/options.h"
#include "command/pick.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/terminal.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/explain_kept.h"
#include "plan/report.h"

struct options {
	struct preview preview;
	bool dry_run;
	bool yes;
	bool no_parameters;
	bool no_regenerate;
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS,
	PREVIEW_CONFIG,
	PREVIEW_CMDLINE,
	{ .name = "dry-run",
	  .help = "show what would change, and change nothing",
	  .offset = offsetof(struct options, dry_run) },
	{ .name = "yes",
	  .help = "do not ask, as in a script",
	  .offset = offsetof(struct options, yes) },
	{ .name = "no-parameters",
	  .help = "do not change the kernel's parameters in the boot loader",
	  .offset = offsetof(struct options, no_parameters) },
	{ .name = "no-regenerate",
	  .help = "do not rebuild the initramfs images",
	  .offset = offsetof(struct options, no_regenerate) },
};

/* Splits the words and reports those that are not selectors. Returns an exit_code. */
static int read_words(struct change *change, int count, char *const *words)
{
	struct arena *arena = change->run->arena;
	struct run *scratch = run_create();
	int error = scratch ? config_items(arena, count, words, &change->items, &change->count)
			    : -ENOMEM;
	int code = EXIT_DONE;

	for (int i = 0; !error && i < count; i++)
		error = settings_add_argument(&scratch->settings, words[i], i == count - 1);
	if (error) {
		preview_complain(change->command, error);
		code = EXIT_PARTLY;
	} else if (scratch->settings.problems) {
		change_say_problems(scratch);
		code = EXIT_MALFORMED;
	} else if (!change->count) {
		text_print(stderr, "vfio-early: %s: which devices? See vfio-early %s --help\n",
			   change->command, change->command);
		code = EXIT_MALFORMED;
	}
	if (scratch)
		run_destroy(scratch);
	return code;
}

/* Returns whether the change can be made: a selector to remove must be there. */
static bool is_possible(const struct change *change)
{
	bool possible = true;

	for (size_t i = 0; i < change->count; i++) {
		const struct config_item *item = &change->items[i];

		if (change->kind == CONFIG_REMOVE && !item->found) {
			text_print(stderr,
				   "vfio-early: remove: '%s' is not in devs of %s; to see what is: "
				   "vfio-early show\n",
				   item->text, change->path);
			possible = false;
		} else if (change->kind == CONFIG_ADD && item->found) {
			text_print(stderr, "vfio-early: '%s' is already in %s\n", item->text,
				   change->path);
		}
	}
	return possible;
}

/*
 * Returns whether all that keeps the devices from being taken is that the kernel makes no
 * IOMMU groups yet.
 */
static bool lacks_groups_alone(const struct run *run)
{
	const struct plan *plan = &run->plan;

	for (size_t i = 0; i < plan->group_count; i++)
		if (plan->groups[i].refused && plan->groups[i].number >= 0)
			return false;
	return !plan->finding_count;
}

/*
 * Says which devices that have no group yet the next boot will keep with the host all the same.
 * Returns whether there are any.
 */
static bool say_kept_later(const struct run *run)
{
	struct hold holds[REFUSAL_COUNT];
	char address[PCI_ADDRESS_SIZE];
	bool any = false;

	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		for (size_t j = 0; group->number < 0 && j < group->count; j++) {
			const struct member *member = &group->members[j];
			const struct guard_view view = {
				.settings = &run->settings,
				.topology = &run->topology,
				.device = member->device,
				.listed = member->selector != NULL,
				.group_later = true,
			};
			size_t count = guard_judge(&view, holds);

			for (size_t k = 0; k < count; k++) {
				if (holds[k].force)
					continue;
				any = true;
				text_print(
					stderr,
					"vfio-early: %s will stay with the host at the next boot "
					"too: %s\n",
					explain_address(member->device, address),
					explain_hold(run, member, &holds[k]));
			}
		}
	}
	return any;
}

/* Says what the change does to this host, before it is asked for. */
static void show(const struct change *change)
{
	struct terminal terminal;

	terminal_open(&terminal, stdout);
	if (change->parameter)
		terminal_wrap(
			&terminal, 0, 0, TERMINAL_PLAIN,
			arena_print(change->run->arena,
				    "%s is added to the kernel command line, because %s. The "
				    "next boot decides about each group when it is there.",
				    change->parameter,
				    change->run->plan.iommu == IOMMU_ABSENT
					    ? "the firmware shows no IOMMU yet, and many "
					      "kernels use it only with that"
					    : "this kernel makes no IOMMU groups without it"));
	changeset_show(&change->set, stdout);
	fflush(stdout);
}

/* Names the command for a boot entry without vfio-early, where one can be made and none is. */
static void say_entry(struct arena *arena)
{
	struct root root;

	if (root_open(&root, arena, NULL))
		return;
	if (streq(boot_loader_name(&root), "GRUB") && !root_has(&root, GRUB_ENTRY))
		text_print(stderr, "vfio-early: for an entry in GRUB's menu that boots without "
				   "vfio-early: vfio-early entry add\n");
	root_close(&root);
}

/* Says what is left to do on this host. done: the next boot takes all that was asked for. */
static void say_rest(const struct change *change, bool done)
{
	const char *rest = "";

	if (!change->set.count && !change->set.then)
		return;
	if (change->run->plan.iommu == IOMMU_ABSENT && change->parameter)
		rest = "now reboot into the firmware setup and turn VT-d on there; ";
	else if (change->parameter)
		rest = "now reboot; what was taken then: vfio-early status; ";
	else if (done)
		rest = "the next boot does it: now reboot; ";
	say_entry(change->run->arena);
	text_print(stderr, "vfio-early: %sto take all this back: vfio-early undo\n", rest);
}

/* Plans the change; nothing has been changed so far. Returns an exit_code. */
static int decide(struct change *change, const struct options *options)
{
	struct run *run = change->run;
	bool kept_later;
	int code, written;

	report_text(run, stdout, NULL, NULL);
	/* Before messages on standard error. */
	fflush(stdout);
	change_warn(change);
	code = run_exit_code(run);
	if (code == EXIT_MALFORMED) {
		text_print(stderr, "vfio-early: not written: correct the errors first\n");
		return code;
	}
	if (change_gather(change, !options->no_parameters))
		return preview_complain(change->command, -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	kept_later = run->plan.iommu != IOMMU_ON && say_kept_later(run);
	if (change->parameter && !kept_later && code == EXIT_PARTLY && lacks_groups_alone(run))
		code = EXIT_DONE;
	if (options->dry_run && !change_is_of_host(change))
		config_show_difference(change->path, change->old, change->new, stdout);
	show(change);
	if (options->dry_run)
		return code;
	written = change_confirm(change, options->yes);
	if (written != EXIT_DONE)
		return written;
	written = change_write(change, !options->no_regenerate);
	if (written == EXIT_DONE)
		say_rest(change, code == EXIT_DONE && run->settings.in_boot);
	return written > code ? written : code;
}

static int work(struct change *change, const struct options *options, int count, char *const *words)
{
	int code = read_words(change, count, words), error;

	if (code != EXIT_DONE)
		return code;
	if (!options->dry_run &&
	    file_lock_take_or_say(&change->lock, change->path, change->command))
		return EXIT_PARTLY;
	if (change_read(change))
		return EXIT_PARTLY;
	error = change_edit(change);
	if (!error && !is_possible(change))
		return EXIT_PARTLY;
	if (!error)
		error = change_plan(change);
	if (error) {
		text_print(stderr, "vfio-early: %s: %s; nothing was changed\n", change->command,
			   strerror(-error));
		return EXIT_PARTLY;
	}
	return decide(change, options);
}

/* Keeps the command as it was typed, quoted for a shell. */
static void remember_typed(struct change *change, int count, char *const *words)
{
	struct arena *arena = change->run->arena;
	const char *typed = "";

	for (int i = 0; typed && i < count; i++)
		typed = arena_print(arena, "%s %s", typed, text_quote(arena, words[i]));
	change->typed = arena_print(arena, "%s%s", change->command, typed ? typed : "");
	change->typed_yes = arena_print(arena, "%s --yes%s", change->command, typed ? typed : "");
	if (!change->typed || !change->typed_yes)
		change->typed = change->typed_yes = change->command;
}

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
	remember_typed(change, count, words);
	return work(change, options, count, words);
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
	if (options.preview.sysfs && !options.preview.file && !options.dry_run) {
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
