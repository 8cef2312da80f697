// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/options.h"
#include "command/pin.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/file_lock.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/explain.h"

struct options {
	struct preview preview;
	bool write;
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS,
	PREVIEW_CONFIG,
	PREVIEW_CMDLINE,
	{ .name = "write",
	  .help = "write them into the config file",
	  .offset = offsetof(struct options, write) },
};

static const struct option_table table = {
	.command = "pin",
	.arguments = "[SELECTOR...]",
	.help = "Prints the selectors as functions with their paths and ids, and the members\n"
		"of their groups, as lines for the config file. Selectors replace the configured\n"
		"ones.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Says why the selectors cannot be pinned, if so. Returns whether they cannot. */
static bool is_hopeless(const struct run *run)
{
	const struct plan *plan = &run->plan;

	if (!run->settings.devs.count) {
		text_print(stderr, "vfio-early: no devices are listed: nothing to pin\n");
		return true;
	}
	for (size_t i = 0; plan->stopped && i < plan->finding_count; i++)
		text_print(stderr, "vfio-early: not pinned: %s\n",
			   explain_finding(run->arena, &plan->findings[i]));
	if (plan->stopped)
		return true;
	for (size_t i = 0; i < plan->group_count; i++) {
		if (plan->groups[i].number >= 0)
			continue;
		text_print(stderr,
			   "vfio-early: not pinned, because the members of its group are unknown: "
			   "%s\n",
			   explain_refusal(run, &plan->groups[i]));
		return true;
	}
	return false;
}

/* Says what is pinned but would not be taken. Returns an exit_code. */
static int complain(const struct run *run)
{
	int code = EXIT_DONE;

	for (size_t i = 0; i < run->plan.finding_count; i++) {
		text_print(stderr, "vfio-early: kept unchanged: %s\n",
			   explain_finding(run->arena, &run->plan.findings[i]));
		code = EXIT_PARTLY;
	}
	for (size_t i = 0; i < run->plan.group_count; i++) {
		if (!run->plan.groups[i].refused)
			continue;
		text_print(stderr, "vfio-early: %s\n", explain_refusal(run, &run->plan.groups[i]));
		code = EXIT_PARTLY;
	}
	return code;
}

/* Writes the lines into the file. Returns 0 or -errno. */
static int replace_lines(const struct run *run, const struct config *config, const char *path)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int error;

	if (!out)
		return -ENOMEM;
	error = pin_edit(run, path, config->text ? config->text : "", out);
	if (fclose(out) && !error)
		error = -ENOMEM;
	if (!error)
		error = config_replace(config, text);
	free(text);
	return error;
}

static int write_config(const struct run *run, const struct preview *preview)
{
	const struct settings *settings = &run->settings;
	const char *path = preview->file ? preview->file : CONFIG_PATH;
	int error = replace_lines(run, &preview->config, path);

	if (error) {
		text_print(stderr, "vfio-early: %s: could not be written: %s; it is unchanged\n",
			   path, strerror(-error));
		return EXIT_PARTLY;
	}
	text_print(stderr,
		   "vfio-early: %s is written; now rebuild the images: vfio-early regenerate\n",
		   path);
	for (enum setting_key key = SETTING_DEVS; key <= SETTING_MEMBERS; key++)
		if ((key == SETTING_DEVS || key == SETTING_MEMBERS) &&
		    settings->origins[key].source &&
		    streq(settings->origins[key].source, SETTINGS_SOURCE_CMDLINE))
			text_print(stderr,
				   "vfio-early: remove vfio_early.%s= from the kernel command "
				   "line, because it overrides the file\n",
				   setting_name(key));
	return EXIT_DONE;
}

static int pin(const struct run *run, const struct options *options)
{
	const struct settings *settings = &run->settings;
	const char *text;
	int error, code;

	if (settings_find_stop(settings)) {
		text_print(stderr, "vfio-early: not pinned: correct the errors first\n");
		return EXIT_MALFORMED;
	}
	if (is_hopeless(run))
		return EXIT_PARTLY;
	text = pin_text(run);
	error = text ? pin_check(run, text) : -ENOMEM;
	if (error) {
		text_print(stderr, "vfio-early: not pinned: %s\n",
			   error == -EBADMSG ? "the boot would not take the same; this is a bug in "
					       "vfio-early, please report it"
					     : strerror(-error));
		return EXIT_PARTLY;
	}
	code = complain(run);
	fputs(text, stdout);
	/* Before messages on standard error. */
	fflush(stdout);
	if (options->write && settings->problems) {
		text_print(stderr, "vfio-early: not written: correct the errors first\n");
	} else if (options->write) {
		code |= write_config(run, &options->preview);
	}
	return settings->problems ? EXIT_MALFORMED : code;
}

static int run_pin(int count, char *const *arguments)
{
	struct options options = { 0 };
	struct preview *preview = &options.preview;
	int code, first = options_read(&table, &options, count, arguments, &code), error;
	struct file_lock lock = { .fd = -1 };
	struct run *run;

	if (first < 0)
		return code;
	if (options.write && preview->sysfs && !preview->file) {
		text_print(stderr, "vfio-early: --sysfs is another machine's tree: name that "
				   "machine's config with --config\n");
		return EXIT_MALFORMED;
	}
	if (options.write &&
	    file_lock_take_or_say(&lock, preview->file ? preview->file : CONFIG_PATH, "pin"))
		return EXIT_PARTLY;
	run = run_create();
	if (!run)
		return preview_complain("pin", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	/*
	 * New members are accepted, and only the boot obeys the rescue switch. What is written is
	 * not in a profile.
	 */
	run->settings.members_open = true;
	run->settings.leave_out =
		SETTINGS_BIT_OFF | SETTINGS_BIT(SETTING_BOOT) | SETTINGS_BIT(SETTING_PROFILE);
	error = preview_read(preview, run, count - first, arguments + first);
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(run->arena, problem));
	if (!error)
		error = preview_plan(preview, run);
	code = error ? EXIT_PARTLY : pin(run, &options);
	file_lock_release(&lock);
	preview_close(preview);
	run_destroy(run);
	return code;
}

const struct command command_pin = {
	.name = "pin",
	.arguments = "[--write] [SELECTOR...]",
	.help = "Print the selectors in a form that survives changes, or write it into the config.",
	.run = run_pin,
};
