// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands set, add and remove edit what the config file takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/options.h"
#include "command/pin.h"
#include "command/preview.h"
#include "command/regenerate.h"
#include "lib/command.h"
#include "lib/file_lock.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/report.h"
#include "plan/survey.h"
#include "settings/config_edit.h"
#include "settings/selector.h"

struct options {
	struct preview preview;
	bool dry_run;
	bool no_regenerate;
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS,
	PREVIEW_CONFIG,
	PREVIEW_CMDLINE,
	{ .name = "dry-run",
	  .help = "show what would change, and change nothing",
	  .offset = offsetof(struct options, dry_run) },
	{ .name = "no-regenerate",
	  .help = "do not rebuild the initramfs images",
	  .offset = offsetof(struct options, no_regenerate) },
};

/* One change of the config file. */
struct change {
	const char *command;
	struct options options;
	enum config_change kind;
	struct config_item *items;
	size_t count;
	const char *path;
	struct file_lock lock; /* held from reading the file until it is written */
	struct config config;  /* as it is now */
	const char *old, *new; /* its text; the run's arena owns both */
	struct run *run;       /* planned by the new text */
};

static void print_problems(const struct run *run)
{
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(run->arena, problem));
}

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
		print_problems(scratch);
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

/* Reads the file as it is and reports its problems. Returns 0 or -errno. */
static int read_old(struct change *change)
{
	struct run *run = run_create();
	int error;

	if (!run)
		return preview_complain(change->path, -ENOMEM);
	error = config_read(&change->config, &run->settings, change->path);
	if (error == -ENOENT && !change->options.preview.file)
		error = 0;
	/* A refused file has no text; a missing one has no problem. */
	if (!error && !change->config.text && run->settings.problems) {
		print_problems(run);
		error = -EPERM;
	} else if (error) {
		preview_complain(change->path, error);
	}
	/* The text is needed for longer than this run. */
	change->config.path = arena_print(change->run->arena, "%s", change->config.path);
	if (change->config.text)
		change->config.text = arena_copy(change->run->arena, change->config.text,
						 strlen(change->config.text));
	change->old = change->config.text ? change->config.text : "";
	run_destroy(run);
	return error;
}

/* Closes a stream and copies its text into the arena. Returns 0 or -ENOMEM. */
static int keep_stream(struct change *change, FILE *out, char **text)
{
	int error = ferror(out) ? -ENOMEM : 0;

	if (fclose(out))
		error = -ENOMEM;
	change->new = error ? NULL : arena_copy(change->run->arena, *text, strlen(*text));
	free(*text);
	return change->new ? 0 : -ENOMEM;
}

static int edit(struct change *change)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int error, kept;

	if (!out)
		return -ENOMEM;
	error = config_edit(change->run->arena, change->old, change->kind, change->items,
			    change->count, out);
	kept = keep_stream(change, out, &text);
	return error ? error : kept;
}

static bool picks(const struct selector *selector, const struct device *device)
{
	return selector_matches(selector, device) && selector_identity_holds(selector, device);
}

/* Returns whether two selectors pick the same functions of this machine, at least one. */
static bool pick_alike(const struct topology *topology, const struct selector *a,
		       const struct selector *b)
{
	bool any = false;

	for (size_t i = 0; i < topology->count; i++) {
		bool picked = picks(a, &topology->devices[i]);

		if (picked != picks(b, &topology->devices[i]))
			return false;
		any |= picked;
	}
	return any;
}

/* Renames an item as the file names it, by path or id. Returns 0 or -ENOMEM. */
static int name_as_in_file(struct arena *arena, const struct run *machine, struct config_item *item)
{
	const struct selector_list *devs = &machine->settings.devs;
	struct selector_error why;
	struct selector selector = { 0 };

	if (selector_parse(item->text, strlen(item->text), &selector, &why))
		return 0;
	for (size_t i = 0; i < devs->count; i++) {
		const struct selector *other = &devs->items[i];

		if (other->exclude != selector.exclude ||
		    !pick_alike(&machine->topology, &selector, other))
			continue;
		item->text = arena_copy(arena, other->text, strlen(other->text));
		return item->text ? 0 : -ENOMEM;
	}
	return 0;
}

/* Finds items that the file names in another way, by what they pick. Returns 0 or -errno. */
static int find_by_device(struct change *change)
{
	struct preview preview = change->options.preview;
	struct run *machine = run_create();
	int error = machine ? settings_read_config(&machine->settings, change->path, change->old)
			    : -ENOMEM;

	preview.survey = survey_all;
	if (!error)
		error = preview_plan(&preview, machine);
	for (size_t i = 0; !error && i < change->count; i++)
		if (!change->items[i].found)
			error = name_as_in_file(change->run->arena, machine, &change->items[i]);
	change->options.preview.needs_said = preview.needs_said;
	preview_close(&preview);
	if (machine)
		run_destroy(machine);
	return error;
}

static bool lacks_some(const struct change *change)
{
	for (size_t i = 0; i < change->count; i++)
		if (!change->items[i].found)
			return true;
	return false;
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
 * Plans by the new text, as boot would, but without devs and members of the kernel
 * command line, which would override the file, and its rescue switch. Returns 0 or -errno.
 */
static int make_plan(struct change *change)
{
	struct settings *settings = &change->run->settings;
	int error = settings_read_config(settings, change->path, change->new);

	if (error)
		return error;
	settings->leave_out =
		SETTINGS_BIT_OFF | SETTINGS_BIT(SETTING_DEVS) | SETTINGS_BIT(SETTING_MEMBERS);
	error = preview_read_cmdline(&change->options.preview, change->run);
	/* Members are pinned anew, so none may be refused as new. */
	settings->members_open = true;
	settings->dry_run = true;
	return error ? error : preview_plan(&change->options.preview, change->run);
}

/* If groups were pinned, pins those that the new text takes. Returns 0 or -errno. */
static int pin_again(struct change *change)
{
	const struct settings *settings = &change->run->settings;
	const char *text = change->new;
	char *pinned = NULL;
	size_t length;
	FILE *out;
	int error, kept;

	if (!settings->members.written || settings->problems)
		return 0;
	out = open_memstream(&pinned, &length);
	if (!out)
		return -ENOMEM;
	error = pin_edit(change->run, change->path, text, out);
	kept = keep_stream(change, out, &pinned);
	return error ? error : kept;
}

static void warn(const struct change *change)
{
	unsigned int left_out = change->run->settings.left_out;

	if (left_out & SETTINGS_BIT_OFF)
		text_print(stderr, "vfio-early: vfio_early=off is on the kernel command line: "
				   "nothing is taken until you remove it\n");
	if (left_out & SETTINGS_BIT(SETTING_DEVS))
		text_print(stderr, "vfio-early: remove vfio_early.devs= from the kernel command "
				   "line, because it overrides the file\n");
}

/* Restores the file while holding the lock. Returns as put_back() does. */
static int put_back_locked(const struct change *change)
{
	struct config now;
	const char *fault;
	int error = config_read_text(&now, change->run->arena, change->path, &fault);

	if (error)
		return error;
	if (fault || !streq(now.text, change->new))
		return -ESTALE;
	if (change->config.text)
		return config_replace(&change->config, change->config.text);
	return unlink(change->config.path) < 0 ? -errno : 0;
}

/*
 * Restores the file to what it was, or removes it. Returns 0, -ESTALE if the file no
 * longer has what this change wrote, or -errno.
 */
static int put_back(struct change *change)
{
	int error = file_lock_take_or_say(&change->lock, change->path, change->command);

	if (error)
		return error;
	error = put_back_locked(change);
	file_lock_release(&change->lock);
	return error;
}

/* Rebuilds the images; restores the file if that fails. Returns an exit_code. */
static int rebuild(struct change *change)
{
	int status = regenerate_run(REGENERATE_SCRIPT), error;

	if (!status)
		return EXIT_DONE;
	error = put_back(change);
	if (status < 0)
		text_print(stderr,
			   "vfio-early: " REGENERATE_SCRIPT ": %s; it comes with make install\n",
			   strerror(-status));
	if (error == -ESTALE)
		text_print(stderr,
			   "vfio-early: not all images could be rebuilt, and another command has "
			   "changed %s meanwhile, so it stays as it is now: fix the error above, "
			   "then: vfio-early regenerate\n",
			   change->path);
	else if (error)
		text_print(stderr,
			   "vfio-early: not all images could be rebuilt, and %s could not be "
			   "restored: %s; it has the new settings\n",
			   change->path, strerror(-error));
	else
		text_print(stderr,
			   "vfio-early: not all images could be rebuilt: %s is restored; fix the "
			   "error above, then try again\n",
			   change->path);
	if (status > 0 && !error)
		text_print(stderr, "vfio-early: an image rebuilt before the failure keeps the new "
				   "config until then, or until vfio-early regenerate\n");
	return EXIT_PARTLY;
}

/* Returns whether it is this host's config, which goes into its images. */
static bool is_of_host(const struct change *change)
{
	return streq(change->path, CONFIG_PATH);
}

/* Writes the file and rebuilds the images. Returns an exit_code. */
static int carry_out(struct change *change)
{
	int error;

	if (!streq(change->old, change->new) || !change->config.text) {
		error = config_replace(&change->config, change->new);
		if (error) {
			text_print(stderr,
				   "vfio-early: %s: could not be written: %s; it is unchanged\n",
				   change->path, strerror(-error));
			return EXIT_PARTLY;
		}
		text_print(stderr, "vfio-early: %s is written\n", change->path);
	} else {
		text_print(stderr, "vfio-early: %s already says so\n", change->path);
	}
	/* The images' hooks run commands that take the lock. */
	file_lock_release(&change->lock);
	if (!is_of_host(change))
		return EXIT_DONE;
	host_list_keep_or_say(&change->options.preview.needs, change->run->arena);
	if (!change->options.no_regenerate)
		return rebuild(change);
	text_print(stderr,
		   "vfio-early: rebuild the images before the next boot: vfio-early regenerate\n");
	return EXIT_DONE;
}

/* Plans the change; nothing has been changed so far. Returns an exit_code. */
static int decide(struct change *change)
{
	struct run *run = change->run;
	int code, written;

	report_text(run, stdout, NULL, NULL);
	/* Before messages on standard error. */
	fflush(stdout);
	warn(change);
	code = run_exit_code(run);
	if (code == EXIT_MALFORMED) {
		text_print(stderr, "vfio-early: not written: correct the errors first\n");
		return code;
	}
	if (change->options.dry_run) {
		config_show_difference(change->path, change->old, change->new, stdout);
		return code;
	}
	written = carry_out(change);
	return written > code ? written : code;
}

static int work(struct change *change, int count, char *const *words)
{
	int code = read_words(change, count, words), error;

	if (code != EXIT_DONE)
		return code;
	if (!change->options.dry_run &&
	    file_lock_take_or_say(&change->lock, change->path, change->command))
		return EXIT_PARTLY;
	if (read_old(change))
		return EXIT_PARTLY;
	error = edit(change);
	if (!error && change->kind == CONFIG_REMOVE && lacks_some(change)) {
		error = find_by_device(change);
		if (!error)
			error = edit(change);
	}
	if (!error && !is_possible(change))
		return EXIT_PARTLY;
	if (!error)
		error = make_plan(change);
	if (!error)
		error = pin_again(change);
	if (error) {
		text_print(stderr, "vfio-early: %s: %s; nothing was changed\n", change->command,
			   strerror(-error));
		return EXIT_PARTLY;
	}
	return decide(change);
}

static int run_change(const char *command, const char *help, enum config_change kind, int count,
		      char *const *arguments)
{
	const struct option_table table = {
		.command = command,
		.arguments = "SELECTOR...",
		.help = help,
		.rows = rows,
		.count = ARRAY_SIZE(rows),
	};
	struct change change = { .command = command, .kind = kind, .lock.fd = -1 };
	const struct options *options = &change.options;
	int code, first = options_read(&table, &change.options, count, arguments, &code);

	if (first < 0)
		return code;
	if (options->preview.sysfs && !options->preview.file && !options->dry_run) {
		text_print(stderr, "vfio-early: --sysfs is another machine's tree: name that "
				   "machine's config with --config\n");
		return EXIT_MALFORMED;
	}
	change.path = options->preview.file ? options->preview.file : CONFIG_PATH;
	change.run = run_create();
	if (!change.run)
		return preview_complain(command, -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	code = work(&change, count - first, arguments + first);
	file_lock_release(&change.lock);
	preview_close(&change.options.preview);
	run_destroy(change.run);
	return code;
}

#define REST                                                                  \
	"Shows what the next boot will do and why, writes " CONFIG_PATH ",\n" \
	"and rebuilds the initramfs images; if that fails, it restores the file."

static int run_set(int count, char *const *arguments)
{
	return run_change("set", "Makes these the devices to take at boot. " REST, CONFIG_SET,
			  count, arguments);
}

static int run_add(int count, char *const *arguments)
{
	return run_change("add", "Adds to the devices to take at boot. " REST, CONFIG_ADD, count,
			  arguments);
}

static int run_remove(int count, char *const *arguments)
{
	return run_change("remove", "Removes from the devices to take at boot. " REST,
			  CONFIG_REMOVE, count, arguments);
}

#define ARGUMENTS "[--dry-run] [--no-regenerate] SELECTOR..."

const struct command command_set = {
	.name = "set",
	.arguments = ARGUMENTS,
	.help = "Write to the config what to take, show the plan, and rebuild the images.",
	.run = run_set,
};

const struct command command_add = {
	.name = "add",
	.arguments = ARGUMENTS,
	.help = "The same, in addition to what is configured.",
	.run = run_add,
};

const struct command command_remove = {
	.name = "remove",
	.arguments = ARGUMENTS,
	.help = "Remove selectors from the config, and rebuild the images.",
	.run = run_remove,
};
