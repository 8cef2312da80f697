// SPDX-License-Identifier: GPL-2.0-or-later
/* What set, add and remove do, and profile add: from the words to the rebuilt images. */
#include "command/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check/boot_loader.h"
#include "command/grub_entry.h"
#include "lib/command.h"
#include "lib/terminal.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/explain_kept.h"
#include "plan/report.h"

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
	if (streq(boot_loader_name(&root), "GRUB") &&
	    !root_has(&root, grub_entry_path(arena, NULL)))
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
	if (change->preview->profile) {
		text_print(stderr,
			   "vfio-early: a boot with vfio_early.profile=%s does it; for an entry in "
			   "the boot menu: vfio-early profile entry %s; to take all this back: "
			   "vfio-early undo\n",
			   change->preview->profile, change->preview->profile);
		return;
	}
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
static int decide(struct change *change, const struct change_options *options)
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

static int work(struct change *change, const struct change_options *options, int count,
		char *const *words)
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

int change_carry_out(struct change *change, const struct change_options *options, int count,
		     char *const *words)
{
	remember_typed(change, count, words);
	return work(change, options, count, words);
}
