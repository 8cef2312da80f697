// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "explain.h"
#include "in_use.h"
#include "log.h"
#include "options.h"
#include "report.h"
#include "util.h"

/*
 * Reads the settings and the selectors, which are all that is taken now: what
 * was pinned for the boot, its rescue switch and its waiting are none of this.
 */
static int read_settings(struct options *options, struct run *run, int count,
			 char *const *selectors)
{
	int error = preview_read(&options->preview, run, count, selectors);

	run->settings.members = (struct selector_list){ 0 };
	run->settings.off = false;
	run->settings.dry_run = options->dry_run;
	run->settings.wait_seconds = 0;
	run->force_by = "--force ";
	run->detached = true;
	if (!error)
		error = options_add_force(options, &run->settings);
	log_set_debug(run->settings.debug);
	return error;
}

/* Adds what the host uses just now to what is protected. Gives 0 or -errno. */
static int read_uses(struct run *run)
{
	struct host_roots roots = { 0 };
	struct host_needs uses;
	bool at_home;
	int error = in_use_find(&uses, run->arena, &roots, run->settings.driver, &at_home);

	if (error)
		return preview_complain("what the host uses", error);
	if (!at_home) {
		fprintf(stderr, "vfio-early: what the host uses is not seen from inside a "
				"container or chroot: run this on the host itself\n");
		return -EPERM;
	}
	for (const struct host_gap *gap = uses.gaps; gap; gap = gap->next)
		log_line(LOG_LEVEL_DEBUG, "what the host uses could not be resolved: %s",
			 gap->text);
	/* Nothing in use is known as well as something. */
	return settings_read_host(&run->settings, SETTINGS_SOURCE_HOST, uses.text ? uses.text : "");
}

static int run_bind(int count, char *const *arguments)
{
	struct options options = {
		.name = "bind",
		.arguments = "SELECTOR...",
		.help = "Takes devices now, with their whole groups, until the next boot. What "
			"the host uses\n"
			"is refused: mounted file systems, swap, the network, a display in use.",
		.letters = "cfjd",
	};
	int code, first = options_parse(&options, count, arguments, &code), error;
	struct run *run;

	if (first < 0)
		return code;
	if (count == first) {
		fprintf(stderr, "vfio-early: bind: name the devices: see vfio-early bind --help\n");
		return EXIT_MALFORMED;
	}
	/* Even a dry run would not see what others have open. */
	if (geteuid() != 0) {
		fprintf(stderr, "vfio-early: bind: only root can do that: use sudo\n");
		return EXIT_PARTLY;
	}
	run = run_create();
	if (!run)
		return preview_complain("bind", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	error = read_settings(&options, run, count - first, arguments + first);
	if (!error)
		error = read_uses(run);
	if (!error && run_is_wanted(run))
		run_supervise(run);
	run_finish(run);
	if (!error && options.preview.json)
		report_json(run, stdout);
	else if (!error)
		report_log(run);
	code = error ? EXIT_PARTLY : run_exit_code(run);
	preview_close(&options.preview);
	run_destroy(run);
	return code;
}

const struct command command_bind = {
	.name = "bind",
	.arguments = "[--force REASON:SELECTOR] [--dry-run] [--json] SELECTOR...",
	.help = "Take devices now, on the running system.",
	.run = run_bind,
};
