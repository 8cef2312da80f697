// SPDX-License-Identifier: GPL-2.0-or-later
/* The command entry keeps an entry in the boot menu that boots without vfio-early. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "check/boot_entries.h"
#include "command/carry_out.h"
#include "command/grub_entry.h"
#include "command/options.h"
#include "lib/cmdline.h"
#include "lib/command.h"
#include "lib/text.h"
#include "lib/util.h"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

#define PARAMETER "vfio_early=off"

struct options {
	bool dry_run;
	bool yes;
};

static const struct option_row rows[] = {
	{ .name = "dry-run",
	  .help = "show what would change, and change nothing",
	  .offset = offsetof(struct options, dry_run) },
	{ .name = "yes",
	  .help = "do not ask, as in a script",
	  .offset = offsetof(struct options, yes) },
};

static const struct option_table table = {
	.command = "entry",
	.arguments = "add|remove|list",
	.help = "Keeps an entry in GRUB's menu that boots without vfio-early: a copy of the first\n"
		"one with " PARAMETER ", made anew with each grub.cfg. Asks before it changes\n"
		"anything; undo puts it back.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static bool is_off(const struct root *root, const char *options)
{
	char *text = arena_copy(root->arena, options, strlen(options));
	struct cmdline_token token;
	size_t position = 0;
	bool off = false;

	while (text && cmdline_next(text, &position, &token))
		if (streq(token.key, "vfio_early") && token.value)
			off = streq(token.value, "off");
	return off;
}

/* Prints the entries that boot without vfio-early. Returns an exit_code. */
static int list(const struct root *root)
{
	struct boot_entries found;
	bool any = false;

	boot_entries_find(root, &found);
	for (const struct boot_entry *entry = found.entries; entry; entry = entry->next) {
		if (!entry->options || !is_off(root, entry->options))
			continue;
		text_print(stdout, "%s\n", entry->name);
		any = true;
	}
	if (!any)
		text_print(stderr, "vfio-early: no boot entry is without vfio-early; for one: "
				   "vfio-early entry add\n");
	return any ? EXIT_DONE : EXIT_PARTLY;
}

/* Changes the menu. Returns an exit_code. */
static int change(const struct root *root, const char *what, const struct options *options)
{
	const char *command = arena_print(root->arena, "entry %s", what);
	const char *typed = arena_print(root->arena, "entry %s --yes", what);
	struct changeset set = { .arena = root->arena, .command = command, .time = time(NULL) };
	const struct carry_out_options how = { options->dry_run, options->yes };
	bool done;
	int code = command && typed
			   ? grub_entry_change(root, "entry", NULL, streq(what, "add"), &set)
			   : EXIT_PARTLY;

	if (code == EXIT_DONE && !set.count)
		text_print(stderr, "vfio-early: %s is as it is to be\n",
			   grub_entry_path(root->arena, NULL));
	return code != EXIT_DONE || !set.count ? code : carry_out_asked(&set, typed, &how, &done);
}

static int run_entry(int count, char *const *arguments)
{
	struct options options = { 0 };
	struct root root = { .fd = -1 };
	struct arena *arena;
	const char *what;
	int code, first = options_read_exactly(&table, &options, 1, count, arguments, &code);

	if (first < 0)
		return code;
	what = arguments[first];
	if (!streq(what, "add") && !streq(what, "remove") && !streq(what, "list")) {
		text_print(stderr, "vfio-early: entry: '%s' is neither add, remove nor list\n",
			   what);
		return EXIT_MALFORMED;
	}
	arena = arena_create(ARENA_SIZE);
	if (!arena || root_open(&root, arena, NULL)) {
		text_print(stderr, "vfio-early: entry: %s\n", strerror(ENOMEM));
		code = EXIT_PARTLY;
	} else {
		code = streq(what, "list") ? list(&root) : change(&root, what, &options);
	}
	root_close(&root);
	arena_destroy(arena);
	return code;
}

const struct command command_entry = {
	.name = "entry",
	.arguments = "[--yes] add|remove|list",
	.help = "Keep an entry in GRUB's menu that boots without vfio-early.",
	.run = run_entry,
};
