// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "command.h"
#include "input.h"
#include "log.h"
#include "mounts.h"
#include "report.h"
#include "run.h"

/* Reads what the user wrote: the file first, then what the command line says over it. */
static int read_settings(struct run *run, const struct boot_paths *paths)
{
	char *text;
	int error = input_read(run->arena, paths->config, &text);

	if (!error)
		error = settings_read_config(&run->settings, paths->config, text);
	else if (error != -ENOENT)
		log_line(LOG_LEVEL_ERROR, "%s: could not be read: %s", paths->config,
			 strerror(-error));
	if (error == -ENOMEM)
		return error;
	error = input_read(run->arena, CMDLINE_PATH, &text);
	if (error) {
		/* The rescue switch could stand there: without it nothing may be touched. */
		log_line(LOG_LEVEL_ERROR, "%s: could not be read: %s", CMDLINE_PATH,
			 strerror(-error));
		return error;
	}
	return settings_read_cmdline(&run->settings, text);
}

int boot(const struct boot_paths *paths, volatile int *allowed)
{
	struct run *run = run_create();
	int error, code;

	if (!run) {
		log_line(LOG_LEVEL_ERROR, "out of memory: nothing was touched");
		return EXIT_PARTLY;
	}
	run->modules = &paths->modules;
	run->error = read_settings(run, paths);
	log_set_debug(run->settings.debug);
	if (allowed)
		*allowed = (int)(run->settings.wait_seconds + run->settings.timeout_seconds) * 1000;
	if (!run->error && run_is_wanted(run))
		run_supervise(run);
	run_finish(run);
	report_log(run);
	error = report_save(run, paths->report);
	if (error)
		log_line(LOG_LEVEL_WARNING, "could not write the report to %s: %s", paths->report,
			 strerror(-error));
	code = run_exit_code(run);
	run_destroy(run);
	return code;
}

static int run_boot(int count, char *const *arguments)
{
	static const struct boot_paths paths = {
		.config = CONFIG_PATH,
		.report = REPORT_DIRECTORY,
	};

	if (count > 0) {
		fprintf(stderr, "vfio-early: boot takes no arguments, not even '%s'\n",
			arguments[0]);
		return EXIT_MALFORMED;
	}
	log_set_target(LOG_TO_KERNEL);
	mounts_prepare();
	return boot(&paths, NULL);
}

const struct command command_boot = {
	.name = "boot",
	.arguments = "",
	.help = "Take the listed devices now, as early in the boot as this is run.",
	.run = run_boot,
};
