// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command/options.h"
#include "command/preview.h"
#include "command/status.h"
#include "lib/command.h"
#include "lib/deadline.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/report.h"

struct options {
	struct preview preview;
	const char *report; /* a directory of reports; NULL for the usual ones */
	const char *wait;   /* how many seconds to wait for all to be as wanted; NULL for none */
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS,
	PREVIEW_CONFIG,
	PREVIEW_CMDLINE,
	{ .name = "report",
	  .value = "DIR",
	  .help = "look for the boot's report here",
	  .offset = offsetof(struct options, report) },
	{ .name = "wait",
	  .value = "SECONDS",
	  .help = "wait until all is as wanted, but no longer than this",
	  .offset = offsetof(struct options, wait) },
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

/* Reads everything and compares it. Returns 0 or -errno; status->run is then no more. */
static int find(struct options *options, struct status *status, int count, char *const *selectors)
{
	struct run *run = run_create();
	bool boot_takes;
	int error;

	if (!run) {
		preview_complain("status", -ENOMEM);
		return -ENOMEM;
	}
	*status = (struct status){ .run = run, .of_others = count > 0 };
	/* What was taken is looked for even if nothing is wanted. */
	options->preview.survey = survey;
	/* Devices are wanted even if the rescue switch keeps them from being taken. */
	run->settings.leave_out = SETTINGS_BIT_OFF;
	/* The pinned members belong to the configured devices. */
	if (status->of_others)
		run->settings.leave_out |= SETTINGS_BIT(SETTING_MEMBERS);
	error = preview_read(&options->preview, run, count, selectors);
	/* Likewise with boot = nothing, which the comparison with the boot needs again. */
	boot_takes = run->settings.in_boot;
	run->settings.in_boot = true;
	if (!error)
		error = preview_plan(&options->preview, run);
	run->settings.in_boot = boot_takes;
	if (!error)
		error = find_report(status, options);
	if (!error)
		error = status_find(status, &options->preview.tree);
	preview_close(&options->preview);
	if (error)
		run_destroy(run);
	return error;
}

/*
 * Finds the status, once for each try until all is as wanted or the time is over. What does
 * not parse does not get better by waiting.
 */
static int find_in_time(struct options *options, struct status *status, int64_t milliseconds,
			int count, char *const *selectors)
{
	static const struct timespec pause = { .tv_nsec = 250000000 };
	const struct deadline deadline = deadline_after(milliseconds);

	for (;;) {
		struct options attempt = *options;
		int error = find(&attempt, status, count, selectors);

		if (error || status_exit_code(status) != EXIT_PARTLY || !deadline_left(&deadline))
			return error;
		run_destroy(status->run);
		/* Said once is enough. */
		options->preview.needs_said = attempt.preview.needs_said;
		nanosleep(&pause, NULL);
	}
}

/* Reads a number of seconds. Returns the milliseconds, or -EINVAL. */
static int64_t read_wait(const char *text)
{
	char *end;
	unsigned long seconds;

	if (!text)
		return 0;
	errno = 0;
	seconds = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || seconds > 86400)
		return -EINVAL;
	return (int64_t)seconds * 1000;
}

static int run_status(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code, first = options_read(&table, &options, count, arguments, &code);
	struct status status;
	int64_t wait;

	if (first < 0)
		return code;
	wait = read_wait(options.wait);
	if (wait < 0) {
		text_print(stderr,
			   "vfio-early: status: --wait '%s' is not a number of seconds from 0 to "
			   "86400\n",
			   options.wait);
		return EXIT_MALFORMED;
	}
	if (find_in_time(&options, &status, wait, count - first, arguments + first))
		return EXIT_PARTLY;
	if (options.preview.json)
		status_json(&status, stdout);
	else
		status_text(&status, stdout);
	code = status_exit_code(&status);
	run_destroy(status.run);
	return code;
}

const struct command command_status = {
	.name = "status",
	.arguments = "[--wait SECONDS] [--json] [SELECTOR...]",
	.help = "Say whether all is as wanted, what the boot did, and what has changed since.",
	.run = run_status,
};
