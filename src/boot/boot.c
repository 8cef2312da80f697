// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/boot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/supervise.h"
#include "lib/command.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "machine/kexec.h"
#include "plan/report.h"
#include "plan/run.h"

/* Exists only in a kernel that kdump started (fs/proc/vmcore.c, vmcore_init()). */
#define VMCORE_PATH "/proc/vmcore"

/*
 * Reads a file that may be missing. One that exists but cannot be read stops the taking,
 * because it may restrict it. Returns 0 or -ENOMEM.
 */
static int read_file(struct run *run, const char *path,
		     int (*read)(struct settings *settings, const char *path, const char *text))
{
	char *text;
	int error = textfile_read(run->arena, path, &text);

	if (!error)
		return read(&run->settings, path, text);
	if (error == -ENOENT || error == -ENOMEM)
		return error == -ENOMEM ? error : 0;
	return settings_add_unread(&run->settings, path, strerror(-error));
}

/*
 * Reads the config, then the command line, which overrides it, then the host's needs,
 * which add to both. Returns 0 or -errno.
 */
static int read_settings(struct run *run, const struct boot_paths *paths)
{
	char *text;
	int error = read_file(run, paths->config, settings_read_config);

	if (error)
		return error;
	error = textfile_read(run->arena, CMDLINE_PATH, &text);
	if (error) {
		/* The rescue switch could be on it, so nothing may be touched without it. */
		log_line(LOG_LEVEL_ERROR, "%s: could not be read: %s", CMDLINE_PATH,
			 strerror(-error));
		return error;
	}
	error = settings_read_cmdline(&run->settings, text);
	/* Tests both: the kernel's configuration decides which of them exists. */
	run->crash = run->settings.crash_kernel || access(VMCORE_PATH, F_OK) == 0;
	run->kexec = kexec_has_started(run->arena, "");
	return error ? error : read_file(run, paths->host, settings_read_host);
}

int boot(const struct boot_paths *paths, volatile int *allowed)
{
	struct run *run = run_create();
	int error = 0, code;

	if (!run) {
		log_line(LOG_LEVEL_ERROR, "out of memory: nothing was touched");
		return EXIT_PARTLY;
	}
	run->modules = &paths->modules;
	run->at_boot = true;
	run->error = read_settings(run, paths);
	run->settings.dry_run |= paths->dry_run;
	log_set_debug(run->settings.debug);
	if (allowed)
		*allowed =
			(int)(run->settings.wait_seconds + run->settings.timeout_seconds) * 1000 +
			SUPERVISE_UNDO_MILLISECONDS;
	if (!run->error && run_is_wanted(run))
		supervise(run);
	run_finish(run);
	report_log(run);
	if (!paths->dry_run)
		error = report_save(run, paths->report);
	if (error)
		log_line(LOG_LEVEL_WARNING, "could not write the report to %s: %s", paths->report,
			 strerror(-error));
	code = run_exit_code(run);
	run_destroy(run);
	return code;
}
