// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>

#include "command/options.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/util.h"
#include "plan/report.h"

struct options {
	struct preview preview;
};

static const struct option_row rows[] = {
	PREVIEW_SYSFS, PREVIEW_CONFIG, PREVIEW_CMDLINE, PREVIEW_PROFILE,
	PREVIEW_HOST,  PREVIEW_IDS,    PREVIEW_JSON,
};

static const struct option_table table = {
	.command = "plan",
	.arguments = "[SELECTOR...]",
	.help = "Shows what the boot would do and why. Selectors replace the configured ones.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static int run_plan(int count, char *const *arguments)
{
	struct options options = { 0 };
	struct preview *preview = &options.preview;
	int code, first = options_read(&table, &options, count, arguments, &code), error;
	struct run *run;

	if (first < 0)
		return code;
	run = run_create();
	if (!run)
		return preview_complain("plan", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	/* The pinned members belong to the configured devices. */
	if (first < count)
		run->settings.leave_out = SETTINGS_BIT(SETTING_MEMBERS);
	error = preview_read(preview, run, count - first, arguments + first);
	if (!error)
		error = preview_plan(preview, run);
	if (!error && !preview->json)
		error = preview_say_profiles(&run->settings);
	preview->ids = preview_find_ids(preview);
	if (!error && preview->json)
		report_json(run, stdout);
	else if (!error)
		report_text(run, stdout, preview->ids ? preview->source : NULL, preview->ids);
	code = error ? EXIT_PARTLY : run_exit_code(run);
	preview_close(preview);
	run_destroy(run);
	return code;
}

const struct command command_plan = {
	.name = "plan",
	.arguments = "[--sysfs DIR] [SELECTOR...]",
	.help = "Show what the boot would do and why; touch nothing.",
	.run = run_plan,
};
