// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/options.h"
#include "command/preview.h"
#include "command/status.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/report.h"

struct options {
	struct preview preview;
	const char *report; /* a directory of reports; NULL for the usual ones */
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS,
	PREVIEW_CONFIG,
	PREVIEW_CMDLINE,
	{ .name = "report",
	  .value = "DIR",
	  .help = "look for the boot's report here",
	  .offset = offsetof(struct options, report) },
	PREVIEW_JSON,
};

static const struct option_table table = {
	.command = "status",
	.arguments = "[SELECTOR...]",
	.help = "Says whether every wanted device is taken, what the boot did or why it did not, "
		"and\n"
		"what has changed since. Selectors replace the configured ones.\n"
		"Exit code 0: all is as wanted; 1: it is not.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Looks for the boot's report in a directory. Returns 0 or -errno. */
static int read_report(struct status *status, const char *directory)
{
	struct arena *arena = status->run->arena;
	const char *path = arena_print(arena, "%s/report.json", directory);
	struct json_value *value;
	char *text;
	int error = path ? textfile_read(arena, path, &text) : -ENOMEM;

	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	status->place = directory;
	if (!error)
		error = json_read(arena, text, &value);
	if (!error)
		status->boot = value;
	/* An unreadable report is reported, but no error. */
	return error == -ENOMEM ? error : 0;
}

/* A boot leaves its report where its image could. A captured tree does not have this machine's. */
static int find_report(struct status *status, const struct options *options)
{
	static const char *const places[] = { REPORT_DIRECTORY, INIT_REPORT_DIRECTORY };
	int error = 0;

	if (options->report)
		return read_report(status, options->report);
	for (size_t i = 0;
	     !error && !status->place && !options->preview.sysfs && i < ARRAY_SIZE(places); i++)
		error = read_report(status, places[i]);
	return error;
}

static int run_status(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code, first = options_read(&table, &options, count, arguments, &code), error;
	struct status status = { 0 };
	struct run *run;

	if (first < 0)
		return code;
	run = run_create();
	if (!run)
		return preview_complain("status", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	status.run = run;
	status.of_others = first < count;
	/* Devices are wanted even if the rescue switch keeps them from being taken. */
	run->settings.leave_out = SETTINGS_BIT_OFF;
	/* The pinned members belong to the configured devices. */
	if (status.of_others)
		run->settings.leave_out |= SETTINGS_BIT(SETTING_MEMBERS);
	error = preview_read(&options.preview, run, count - first, arguments + first);
	if (!error)
		error = preview_plan(&options.preview, run);
	if (!error)
		error = find_report(&status, &options);
	if (!error)
		error = status_find(&status, &options.preview.tree);
	if (!error && options.preview.json)
		status_json(&status, stdout);
	else if (!error)
		status_text(&status, stdout);
	code = error ? EXIT_PARTLY : status_exit_code(&status);
	preview_close(&options.preview);
	run_destroy(run);
	return code;
}

const struct command command_status = {
	.name = "status",
	.arguments = "[--json] [SELECTOR...]",
	.help = "Say whether all is as wanted, what the boot did, and what has changed since.",
	.run = run_status,
};
