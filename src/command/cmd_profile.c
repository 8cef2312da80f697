// SPDX-License-Identifier: GPL-2.0-or-later
/* The command profile keeps what to take in boots with vfio_early.profile=NAME. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/carry_out.h"
#include "command/change.h"
#include "command/grub_entry.h"
#include "command/options.h"
#include "command/regenerate.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"
#include "settings/profile.h"
#include "settings/suggest.h"

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

static const struct option_table table = {
	.command = "profile",
	.arguments = "list|add NAME SELECTOR...|remove NAME|entry NAME",
	.help = "Profiles say what to take in place of what the config says otherwise, in a boot\n"
		"with vfio_early.profile=NAME on the kernel command line. list prints them; add\n"
		"adds devices to one, new or not; remove takes one away, with its boot entry;\n"
		"entry puts one into GRUB's menu: a copy of the first with that parameter, made\n"
		"anew with each grub.cfg. Asks before it changes anything; undo puts it back.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* All that the command works with. */
struct work {
	const struct options *options;
	struct run *run;
	struct root root;
	struct config config;
	const char **names; /* of the config's profiles */
	size_t count;
};

/* Reads the config and its profiles. Returns an exit_code. */
static int read_config(struct work *work)
{
	const char *path = work->options->preview.file ? work->options->preview.file : CONFIG_PATH;
	const char *fault;
	int error = config_read_text(&work->config, work->run->arena, path, &fault);

	if (fault) {
		text_print(stderr, "vfio-early: %s: not read: %s\n", path, fault);
		return EXIT_PARTLY;
	}
	if (error == -ENOENT && !work->options->preview.file)
		error = 0;
	if (!error)
		error = profile_list(work->run->arena, work->config.text ? work->config.text : "",
				     &work->names, &work->count);
	if (error)
		preview_complain(path, error);
	return error ? EXIT_PARTLY : EXIT_DONE;
}

/* Returns whether the config has the profile. Otherwise says which there are. */
static bool has_profile(const struct work *work, const char *command, const char *name)
{
	const char *known = "";
	size_t near;

	for (size_t i = 0; i < work->count; i++) {
		if (streq(work->names[i], name))
			return true;
		known = arena_print(work->run->arena, "%s%s%s", known ? known : "", i ? ", " : "",
				    work->names[i]);
	}
	near = suggest_word(name, work->names, work->count);
	if (near < work->count)
		text_print(stderr,
			   "vfio-early: %s: no profile is called '%s'; did you mean '%s'?\n",
			   command, name, work->names[near]);
	else
		text_print(stderr, "vfio-early: %s: no profile is called '%s'; %s%s\n", command,
			   name, work->count ? "there are: " : "there is none; to make one: ",
			   work->count ? known : "vfio-early profile add NAME SELECTOR...");
	return false;
}

/* Prints each profile with what it takes. Returns an exit_code. */
static int list(struct work *work)
{
	static const struct origin origin = { .source = "argument", .column = 1 };
	struct arena *arena = work->run->arena;

	if (!work->count)
		text_print(stderr, "vfio-early: there are no profiles; to make one: vfio-early "
				   "profile add NAME SELECTOR...\n");
	for (size_t i = 0; i < work->count; i++) {
		const char *path = grub_entry_path(arena, work->names[i]), *devs;
		struct settings settings;
		int error;

		settings_init(&settings, arena);
		error = settings_read_config(&settings, work->config.path, work->config.text);
		if (!error)
			error = settings_read_profile(&settings, work->names[i], &origin);
		devs = error ? NULL : setting_value(&settings, SETTING_DEVS, arena);
		if (!devs || !path)
			return preview_complain("profile", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
		text_print(stdout, "%s: devs = %s%s\n", work->names[i], devs,
			   !work->options->preview.file && root_has(&work->root, path)
				   ? "  (in GRUB's menu)"
				   : "");
	}
	return work->count ? EXIT_DONE : EXIT_PARTLY;
}

/* Shows a change, asks, and writes it; then and the images follow. Returns an exit_code. */
static int make_change(const struct work *work, struct changeset *set, bool regenerate)
{
	const struct change_options *how = &work->options->how;
	const char *typed = arena_print(set->arena, "%s --yes", set->command);
	const struct carry_out_options asked = { how->dry_run, how->yes };
	int code, status;
	bool done;

	if (!set->count) {
		text_print(stderr, "vfio-early: %s: it is so already\n", set->command);
		return EXIT_DONE;
	}
	code = carry_out_asked(set, typed ? typed : set->command, &asked, &done);
	if (!done || !regenerate)
		return code;
	status = how->no_regenerate ? 0 : regenerate_run(REGENERATE_SCRIPT);
	if (how->no_regenerate)
		text_print(stderr, "vfio-early: rebuild the images before the next boot: "
				   "vfio-early regenerate\n");
	else if (status)
		text_print(stderr,
			   "vfio-early: %s: not all images could be rebuilt: these still "
			   "have the profile: vfio-early regenerate\n",
			   set->command);
	return status ? EXIT_PARTLY : EXIT_DONE;
}

/* Returns the config's text without a profile; NULL for -ENOMEM. */
static const char *without(struct arena *arena, const char *text, const char *name)
{
	struct profile_section section;
	int error = 0;

	while (text && !(error = profile_find(arena, text, name, &section)))
		text = arena_print(arena, "%.*s%s", (int)section.start, text, text + section.end);
	return error == -ENOENT ? text : NULL;
}

static int remove_profile(struct work *work, const char *name, struct changeset *set)
{
	const char *text;
	int code;

	if (!has_profile(work, "profile remove", name))
		return EXIT_PARTLY;
	text = without(work->run->arena, work->config.text, name);
	if (!text || changeset_add(set, work->config.path, work->config.text, text))
		return preview_complain("profile remove", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	code = grub_entry_change(&work->root, "profile remove", name, false, set);
	return code == EXIT_DONE ? make_change(work, set, true) : code;
}

static int add_entry(struct work *work, const char *name, struct changeset *set)
{
	int code = has_profile(work, "profile entry", name)
			   ? grub_entry_change(&work->root, "profile entry", name, true, set)
			   : EXIT_PARTLY;

	return code == EXIT_DONE ? make_change(work, set, false) : code;
}

/* Adds selectors to a profile, as the command add does to the config. Returns an exit_code. */
static int add(const struct options *options, const char *name, int count, char *const *words)
{
	struct preview preview = options->preview;
	struct change change = { .kind = CONFIG_ADD, .preview = &preview, .lock.fd = -1 };
	int code = EXIT_PARTLY;

	if (preview.sysfs && !preview.file && !options->how.dry_run) {
		text_print(stderr, "vfio-early: --sysfs is another machine's tree: name that "
				   "machine's config with --config\n");
		return EXIT_MALFORMED;
	}
	preview.profile = name;
	change.path = preview.file ? preview.file : CONFIG_PATH;
	change.run = run_create();
	if (change.run)
		change.command = arena_print(change.run->arena, "profile add %s", name);
	if (change.command)
		code = change_carry_out(&change, &options->how, count, words);
	else
		preview_complain("profile", -ENOMEM);
	file_lock_release(&change.lock);
	preview_close(&preview);
	if (change.run)
		run_destroy(change.run);
	return code;
}

/* Runs what needs the config as it is. Returns an exit_code. */
static int work_on(struct work *work, const char *what, const char *name)
{
	struct changeset set = { .arena = work->run->arena, .time = time(NULL) };
	int code = read_config(work);

	if (code != EXIT_DONE)
		return code;
	if (streq(what, "list"))
		return list(work);
	if (work->options->preview.file) {
		text_print(stderr, "vfio-early: profile %s: --config goes with list and add\n",
			   what);
		return EXIT_MALFORMED;
	}
	set.command = arena_print(set.arena, "profile %s %s", what, text_quote(set.arena, name));
	if (!set.command)
		return EXIT_PARTLY;
	return streq(what, "remove") ? remove_profile(work, name, &set)
				     : add_entry(work, name, &set);
}

/* Returns whether a profile can have this name. Otherwise says what one is made of. */
static bool is_name(const char *name)
{
	char line[PROFILE_NAME_MAX + 16];
	const char *found;

	snprintf(line, sizeof(line), "[profile %s]", name);
	found = profile_cut_name(line);
	if (found && streq(found, name))
		return true;
	text_print(stderr,
		   "vfio-early: profile: '%s' is no name: letters, digits, '-' and '_', at most "
		   "%d\n",
		   name, PROFILE_NAME_MAX);
	return false;
}

static int run_profile(int count, char *const *arguments)
{
	struct options options = { 0 };
	struct work work = { .options = &options, .root.fd = -1 };
	int code, first = options_read(&table, &options, count, arguments, &code);
	const char *what, *name;

	if (first < 0)
		return code;
	count -= first;
	arguments += first;
	what = count ? arguments[0] : "";
	if (!(streq(what, "list") && count == 1) && !(streq(what, "add") && count >= 3) &&
	    !((streq(what, "remove") || streq(what, "entry")) && count == 2)) {
		text_print(stderr, "vfio-early: profile: not one of: %s\n", table.arguments);
		return EXIT_MALFORMED;
	}
	name = count > 1 ? arguments[1] : "";
	if (count > 1 && !is_name(name))
		return EXIT_MALFORMED;
	if (streq(what, "add"))
		return add(&options, name, count - 2, arguments + 2);
	work.run = run_create();
	if (!work.run || root_open(&work.root, work.run->arena, NULL)) {
		preview_complain("profile", -ENOMEM);
		code = EXIT_PARTLY;
	} else {
		code = work_on(&work, what, name);
	}
	root_close(&work.root);
	if (work.run)
		run_destroy(work.run);
	return code;
}

const struct command command_profile = {
	.name = "profile",
	.arguments = "[--yes] list|add NAME SELECTOR...|remove NAME|entry NAME",
	.help = "Keep profiles: what to take in boots that choose one.",
	.run = run_profile,
};
