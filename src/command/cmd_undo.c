// SPDX-License-Identifier: GPL-2.0-or-later
/* The command undo puts back what set, add, remove or import changed on this host. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/change_record.h"
#include "command/confirm.h"
#include "command/options.h"
#include "command/regenerate.h"
#include "lib/command.h"
#include "lib/file_lock.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

struct options {
	bool list;
	bool dry_run;
	bool yes;
	bool no_regenerate;
};

static const struct option_row rows[] = {
	{ .name = "list",
	  .help = "print what can be undone, the last change first",
	  .offset = offsetof(struct options, list) },
	{ .name = "dry-run",
	  .help = "show what would change, and change nothing",
	  .offset = offsetof(struct options, dry_run) },
	{ .name = "yes",
	  .help = "do not ask, as in a script",
	  .offset = offsetof(struct options, yes) },
	{ .name = "no-regenerate",
	  .help = "do not rebuild the initramfs images",
	  .offset = offsetof(struct options, no_regenerate) },
};

static const struct option_table table = {
	.command = "undo",
	.arguments = "",
	.help = "Puts back what the last set, add, remove, off, on, entry, import or check --fix\n"
		"changed: the config, the boot loader's files, those of other set-ups, and the "
		"initramfs\n"
		"images. Shows it and asks first. Another undo puts back the change before that.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static int complain(const char *what, int error)
{
	text_print(stderr, "vfio-early: undo: %s: %s\n", what, strerror(-error));
	return EXIT_PARTLY;
}

/* Prints a line for a record: its time, the command, the files. */
static void print_record(const struct changeset *set)
{
	time_t when = (time_t)set->time;
	struct tm broken;
	char text[32] = "";

	if (localtime_r(&when, &broken))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &broken);
	text_print(stdout, "%s  vfio-early %s:", text, set->command);
	for (size_t i = 0; i < set->count; i++)
		text_print(stdout, "%s %s", i ? "," : "", set->files[i].path);
	if (!set->count && set->then)
		text_print(stdout, " %s", set->then);
	text_print(stdout, "\n");
}

static int list(struct arena *arena)
{
	unsigned int numbers[CHANGE_RECORDS_KEPT];
	int count = change_record_list(numbers, ARRAY_SIZE(numbers)), code = EXIT_DONE;

	if (count < 0)
		return complain(CHANGE_RECORDS, count);
	if (!count)
		text_print(stderr, "vfio-early: nothing to undo\n");
	for (int i = 0; i < count; i++) {
		struct changeset set = { .arena = arena };
		int error = change_record_load(&set, numbers[i]);

		if (error)
			code = complain(arena_print(arena, CHANGE_RECORDS "/%u", numbers[i]),
					error);
		else
			print_record(&set);
	}
	return code;
}

/* Puts the files back while holding the lock. Returns an exit_code. */
static int put_back(const struct changeset *set, unsigned int number)
{
	const char *path = changeset_find_changed(set);
	int error;

	if (path) {
		text_print(stderr,
			   "vfio-early: undo: %s has changed since, so nothing was changed: what "
			   "it was "
			   "before is in " CHANGE_RECORDS "/%u\n",
			   path, number);
		return EXIT_PARTLY;
	}
	error = changeset_write(set, &path);
	if (error)
		return complain(path, error);
	for (size_t i = 0; i < set->count; i++)
		text_print(stderr, "vfio-early: %s is as it was\n", set->files[i].path);
	return EXIT_DONE;
}

/* Rebuilds the images. Returns an exit_code. */
static int rebuild(bool regenerate)
{
	if (!regenerate) {
		text_print(stderr,
			   "vfio-early: rebuild the images before the next boot: vfio-early "
			   "regenerate\n");
		return EXIT_DONE;
	}
	if (!regenerate_run(REGENERATE_SCRIPT))
		return EXIT_DONE;
	text_print(stderr, "vfio-early: undo: not all images could be rebuilt: fix the error "
			   "above, then: vfio-early regenerate\n");
	return EXIT_PARTLY;
}

/*
 * The images and the boot loader after the files: with the images kernel-install(8) makes entries
 * for the running command line. Returns an exit_code.
 */
static int follow(const struct changeset *set, bool regenerate)
{
	int code = rebuild(regenerate);

	if (!changeset_run(set->then))
		return code;
	text_print(stderr, "vfio-early: undo: %s failed: run it again\n", set->then);
	return EXIT_PARTLY;
}

static int undo(struct arena *arena, const struct options *options)
{
	struct changeset set = { .arena = arena };
	struct file_lock lock = { .fd = -1 };
	unsigned int numbers[CHANGE_RECORDS_KEPT];
	int count = change_record_list(numbers, ARRAY_SIZE(numbers)), error, code;

	if (count < 0)
		return complain(CHANGE_RECORDS, count);
	if (!count) {
		text_print(stderr, "vfio-early: nothing to undo\n");
		return EXIT_PARTLY;
	}
	error = change_record_load(&set, numbers[0]);
	if (error)
		return complain(arena_print(arena, CHANGE_RECORDS "/%u", numbers[0]), error);
	changeset_turn(&set);
	print_record(&set);
	changeset_show(&set, stdout);
	fflush(stdout);
	code = options->dry_run || options->yes ? EXIT_DONE : confirm("undo --yes");
	if (options->dry_run || code != EXIT_DONE)
		return code;
	if (file_lock_take_or_say(&lock, CONFIG_PATH, "undo"))
		return EXIT_PARTLY;
	code = put_back(&set, numbers[0]);
	file_lock_release(&lock);
	if (code != EXIT_DONE)
		return code;
	code = follow(&set, !options->no_regenerate);
	error = change_record_remove(numbers[0]);
	return error ? complain(CHANGE_RECORDS, error) : code;
}

static int run_undo(int count, char *const *arguments)
{
	struct options options = { 0 };
	struct arena *arena;
	int code = EXIT_PARTLY;

	if (options_read_exactly(&table, &options, 0, count, arguments, &code) < 0)
		return code;
	arena = arena_create(ARENA_SIZE);
	if (!arena)
		return complain("memory", -ENOMEM);
	code = options.list ? list(arena) : undo(arena, &options);
	arena_destroy(arena);
	return code;
}

const struct command command_undo = {
	.name = "undo",
	.arguments = "[--list] [--yes]",
	.help = "Put back what the last set, add, remove, import or check --fix changed.",
	.run = run_undo,
};
