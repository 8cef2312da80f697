// SPDX-License-Identifier: GPL-2.0-or-later
/* The command import takes over what other set-ups say. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/change.h"
#include "command/import.h"
#include "command/options.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/report.h"
#include "plan/survey.h"

/* Address space, not memory. */
#define ARENA_SIZE (256 << 20)

struct options {
	struct preview preview;
	const char *root;
	bool write;
	bool yes;
	bool no_parameters;
	bool no_regenerate;
};

static const struct option_row rows[] = {
	{ .name = "write",
	  .help = "write it into the config, and take away what is not needed",
	  .offset = offsetof(struct options, write) },
	{ .name = "yes",
	  .help = "do not ask, as in a script",
	  .offset = offsetof(struct options, yes) },
	{ .name = "no-parameters",
	  .help = "do not add kernel parameters in the boot loader",
	  .offset = offsetof(struct options, no_parameters) },
	{ .name = "no-regenerate",
	  .help = "do not rebuild the initramfs images",
	  .offset = offsetof(struct options, no_regenerate) },
	{ .name = "root",
	  .value = "DIR",
	  .help = "read the system below this directory instead",
	  .offset = offsetof(struct options, root) },
};

static const struct option_table table = {
	.command = "import",
	.arguments = "",
	.help = "Prints what other set-ups of this system give to vfio-pci or to virtual\n"
		"machines, as lines for " CONFIG_PATH " with their sources, and what\n"
		"is not needed then: ids= on the kernel command line and in modprobe.d, lists\n"
		"of modules, scripts, driverctl, libvirt, Proxmox VE. With --write it shows\n"
		"what changes, asks, and writes it.\n"
		"Exit code: 0 all is taken over, 1 something is not, 2 the settings do not parse.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* All that the command works with. */
struct work {
	struct options *options;
	struct import import;
	struct root root;
	struct change change;
	struct run *machine;
};

/* Reads the machine, and plans by the config as it is. Returns an exit_code. */
static int read_machine(struct work *work)
{
	struct preview preview = work->options->preview;
	int error;

	preview.survey = survey_all;
	preview.may_lack_file = true;
	work->machine->settings.leave_out |= SETTINGS_BIT(SETTING_PROFILE);
	error = preview_read(&preview, work->machine, 0, NULL);
	if (!error)
		error = preview_plan(&preview, work->machine);
	work->options->preview.needs_said = preview.needs_said;
	preview_close(&preview);
	if (error)
		return EXIT_PARTLY;
	change_say_problems(work->machine);
	return work->machine->settings.problems ? EXIT_MALFORMED : EXIT_DONE;
}

/* Finds what other set-ups say. Returns 0 or -errno. */
static int find(struct work *work)
{
	const char *cmdline = work->options->preview.cmdline;
	struct other_lines lines;
	char *text = NULL;

	if (!cmdline && !root_read_text(&work->root, CMDLINE_PATH, &text))
		cmdline = text;
	other_open(&lines, &work->root);
	other_find_parameters(&lines, cmdline ? cmdline : "");
	other_find_modprobe(&lines);
	other_find_modules(&lines);
	other_find_generators(&lines);
	other_find_scripts(&lines);
	other_find_driverctl(&lines);
	other_find_machines(&lines);
	return work->import.arena->refused ? -ENOMEM : import_find(&work->import, &lines);
}

/* Gives the change the selectors that are to be added. Returns 0 or -ENOMEM. */
static int set_items(struct work *work)
{
	struct change *change = &work->change;
	size_t room = 0;

	for (const struct import_device *entry = work->import.devices; entry; entry = entry->next)
		room++;
	change->items = arena_allocate(work->import.arena, room + 1, sizeof(*change->items));
	change->count = 0;
	if (!change->items)
		return -ENOMEM;
	for (const struct import_device *entry = work->import.devices; entry; entry = entry->next)
		if (!entry->why && !entry->picked)
			change->items[change->count++].text = entry->selector;
	return 0;
}

/* Plans with the devices that are to be taken over. Returns 0 or -errno, which is said. */
static int plan(struct work *work)
{
	struct change *change = &work->change;
	int error;

	change->run = run_create();
	error = change->run ? set_items(work) : -ENOMEM;
	if (error)
		return preview_complain("import", error);
	error = change_read(change);
	if (error)
		return error;
	error = change_edit(change);
	if (!error)
		error = change_plan(change);
	return error ? preview_complain("import", error) : 0;
}

/* Plans until no device is refused. Returns 0 or -errno, which is said. */
static int decide(struct work *work)
{
	struct preview *preview = work->change.preview;
	const struct preview clean = *preview;

	for (;;) {
		int error = plan(work);

		if (!error && work->change.run->plan.stopped) {
			for (size_t i = 0; i < work->change.run->plan.finding_count; i++)
				text_print(stderr, "vfio-early: %s\n",
					   explain_finding(work->import.arena,
							   &work->change.run->plan.findings[i]));
			return -EINVAL;
		}
		if (error || !import_leave_out_refused(&work->import, work->change.run)) {
			import_judge(&work->import);
			return error;
		}
		run_destroy(work->change.run);
		preview_close(preview);
		*preview = clean;
		preview->needs_said = true;
	}
}

/* Something that was said is not taken over. */
static bool is_partial(const struct import *import)
{
	for (const struct import_device *entry = import->devices; entry; entry = entry->next)
		if (entry->why)
			return true;
	for (const struct import_line *line = import->lines; line; line = line->next)
		if (line->verdict == IMPORT_KEPT)
			return true;
	return false;
}

/* Returns whether a line goes or a device is added. */
static bool has_change(const struct work *work)
{
	for (const struct import_line *line = work->import.lines; line; line = line->next)
		if (line->verdict == IMPORT_NEEDLESS)
			return true;
	return work->change.count > 0;
}

static bool has_anything(const struct import *import)
{
	for (const struct import_line *line = import->lines; line; line = line->next)
		if (line->verdict != IMPORT_UNTOUCHED)
			return true;
	return import->devices != NULL;
}

static int write_it(struct work *work)
{
	const struct options *options = work->options;
	struct change *change = &work->change;
	int error, code;

	if (!has_change(work)) {
		text_print(stderr, "vfio-early: there is nothing to change\n");
		return EXIT_DONE;
	}
	change_warn(change);
	if (change->run->settings.left_out & (SETTINGS_BIT_OFF | SETTINGS_BIT(SETTING_DEVS))) {
		text_print(stderr, "vfio-early: nothing was changed\n");
		return EXIT_PARTLY;
	}
	error = change_gather(change, !options->no_parameters);
	if (!error)
		error = import_edit(&work->import, &change->set);
	if (error)
		return preview_complain("import: nothing was changed", error) ? EXIT_PARTLY
									      : EXIT_DONE;
	printf("\n");
	report_text(change->run, stdout, NULL, NULL);
	changeset_show(&change->set, stdout);
	fflush(stdout);
	code = change_confirm(change, options->yes);
	if (code != EXIT_DONE)
		return code;
	code = change_write(change, !options->no_regenerate);
	if (code == EXIT_DONE)
		text_print(stderr, "vfio-early: now reboot; to take all this back: vfio-early "
				   "undo\n");
	return code;
}

static int import(struct work *work)
{
	int code = read_machine(work), partial;

	if (code != EXIT_DONE)
		return code;
	if (find(work))
		return preview_complain("import", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	if (decide(work))
		return EXIT_PARTLY;
	if (!has_anything(&work->import)) {
		text_print(stderr, "vfio-early: no other set-up says anything about devices\n");
		return EXIT_DONE;
	}
	import_print(&work->import, stdout);
	fflush(stdout);
	if (work->import.arena->refused)
		return preview_complain("import", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	partial = is_partial(&work->import) ? EXIT_PARTLY : EXIT_DONE;
	code = work->options->write ? write_it(work) : EXIT_DONE;
	return code > partial ? code : partial;
}

/* Another system is read below its root. Returns 0 or -errno. */
static int open_root(struct work *work)
{
	struct options *options = work->options;
	struct preview *preview = &options->preview;
	int error = root_open(&work->root, work->import.arena, options->root);
	const char *cmdline;

	if (error || !*work->root.path)
		return error;
	cmdline = root_read(&work->root, CMDLINE_PATH);
	preview->cmdline = cmdline ? cmdline : "";
	preview->sysfs = root_print(&work->root, "%s/sys", work->root.path);
	preview->file = root_print(&work->root, "%s" CONFIG_PATH, work->root.path);
	preview->may_lack_file = true;
	return 0;
}

static int run(struct work *work)
{
	struct change *change = &work->change;
	int error = work->import.arena && work->machine ? open_root(work) : -ENOMEM, code;

	if (error) {
		preview_complain(work->options->root ? work->options->root : "import", error);
		return EXIT_PARTLY;
	}
	change->path = change->preview->file ? change->preview->file : CONFIG_PATH;
	if (work->options->write &&
	    file_lock_take_or_say(&change->lock, change->path, change->command))
		return EXIT_PARTLY;
	code = import(work);
	file_lock_release(&change->lock);
	return code;
}

static int run_import(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code, first = options_read_exactly(&table, &options, 0, count, arguments, &code);
	struct work work = {
		.options = &options,
		.root.fd = -1,
		.change = { .command = "import",
			    .preview = &options.preview,
			    .kind = CONFIG_ADD,
			    .lock.fd = -1,
			    .typed = "import --write",
			    .typed_yes = "import --write --yes" },
	};

	if (first < 0)
		return code;
	if (options.root && options.write) {
		text_print(stderr,
			   "vfio-early: import: --write is for this system: run it there, or "
			   "in a chroot\n");
		return EXIT_MALFORMED;
	}
	work.import.arena = arena_create(ARENA_SIZE);
	work.import.root = &work.root;
	work.import.machine = work.machine = run_create();
	code = run(&work);
	root_close(&work.root);
	preview_close(&options.preview);
	if (work.change.run)
		run_destroy(work.change.run);
	if (work.machine)
		run_destroy(work.machine);
	arena_destroy(work.import.arena);
	return code;
}

const struct command command_import = {
	.name = "import",
	.arguments = "[--write] [--yes]",
	.help = "Take over what other set-ups give to vfio-pci and to virtual machines.",
	.run = run_import,
};
