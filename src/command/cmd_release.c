// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/options.h"
#include "command/preview.h"
#include "command/release.h"
#include "host/needs.h"
#include "lib/command.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "settings/settings_parse.h"

struct options {
	struct preview preview;
};

static const struct option_row rows[] = {
	PREVIEW_CONFIG,
	PREVIEW_JSON,
};

static const struct option_table table = {
	.command = "release",
	.arguments = "SELECTOR...",
	.help = "Gives devices back to the host's own drivers now, with their whole groups. It "
		"leaves\n"
		"alone what a virtual machine has open. The next boot takes what is configured "
		"again.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Begins every line. */
#define PREFIX "vfio-early: "

static int load(void *context, const char *name)
{
	return module_load(context, name);
}

static int give_back(struct run *run, const struct execution *supervised)
{
	struct module_loader loader = { .load = load };
	struct execution execution = *supervised;
	struct module_context *modules;
	int error = module_open(NULL, &modules);

	if (error)
		return error;
	loader.context = modules;
	execution.loader = &loader;
	error = release_do(run->context, &execution);
	module_close(modules);
	return error;
}

/* Finishes a group that was begun: half a group is of no use to the host. */
static void finish(struct run *run, const struct execution *execution, enum worker_end end)
{
	release_finish(run->context, execution, end);
}

/*
 * Reads the settings. Only the selectors, the driver and the timeout are used. Returns 0
 * or -errno.
 */
static int read_settings(struct options *options, struct run *run, int count,
			 char *const *selectors)
{
	struct settings *settings = &run->settings;
	int error;

	settings->leave_out = SETTINGS_BIT_OFF | SETTINGS_BIT(SETTING_BOOT) |
			      SETTINGS_BIT(SETTING_MEMBERS) | SETTINGS_BIT(SETTING_PROTECT) |
			      SETTINGS_BIT(SETTING_FORCE) | SETTINGS_BIT(SETTING_WAIT);
	error = preview_read(&options->preview, run, count, selectors);
	settings->dry_run = false;
	for (const struct problem *problem = settings->problems; problem; problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(run->arena, problem));
	return error;
}

/*
 * Reads which devices modprobe.d names for vfio-pci and pci-stub; the command line was
 * read before. Returns 0 or -errno.
 */
static int read_claims(struct run *run)
{
	const char *text;
	int error = host_find_claims(&text, run->arena, NULL);

	return error ? error : settings_read_host(&run->settings, SETTINGS_SOURCE_HOST, text);
}

/*
 * Problems of the configuration do not stop a release: it says what is taken, not what is
 * given back.
 */
static void forget_configured(struct settings *settings)
{
	for (enum setting_key key = 0; key <= SETTING_COUNT; key++)
		settings_forget_stops(settings, key, settings->origins[SETTING_DEVS].source);
}

/* Logs each line, because the log survives the loss of the terminal. Returns 0 or -errno. */
static int say(const struct options *options, const struct release *release)
{
	char *text = NULL, *rest, *line;
	size_t length;
	FILE *out;

	if (options->preview.json) {
		release_json(release, stdout);
		if (fflush(stdout) == 0 && !ferror(stdout))
			return 0;
	}
	out = open_memstream(&text, &length);
	if (!out)
		return preview_complain("release", -errno);
	release_text(release, out);
	if (fclose(out)) {
		free(text);
		return preview_complain("release", -ENOMEM);
	}
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			log_line(LOG_LEVEL_INFO, "%s",
				 strncmp(line, PREFIX, strlen(PREFIX)) == 0 ? line + strlen(PREFIX)
									    : line);
	free(text);
	return 0;
}

static int release(struct options *options, struct run *run)
{
	struct release *release = arena_allocate(run->arena, 1, sizeof(*release));
	static const struct run_task task = { .execute = give_back, .finish = finish };
	const char *end;
	int error;

	if (!release)
		return preview_complain("release", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	*release = (struct release){ .run = run, .proc = "/proc", .dev = "/dev" };
	run->task = &task;
	run->context = release;
	run->detached = true;
	supervise(run);
	run_finish(run);
	end = explain_end(run);
	/* A release in progress is finished despite a signal, and the lines say what was done. */
	if (end && (!release->chosen || !run->signal))
		log_line(LOG_LEVEL_ERROR, "release: %s", end);
	if (!release->chosen)
		return EXIT_PARTLY;
	error = say(options, release);
	return error || run->error || run->cut_off ? EXIT_PARTLY : release_exit_code(release);
}

static int run_release(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code, first = options_read(&table, &options, count, arguments, &code), error;
	struct run *run;

	if (first < 0)
		return code;
	if (count == first) {
		text_print(stderr,
			   "vfio-early: release: which devices? See vfio-early release --help\n");
		return EXIT_MALFORMED;
	}
	if (geteuid() != 0) {
		text_print(stderr, "vfio-early: release: only root can do this: use sudo\n");
		return EXIT_PARTLY;
	}
	run = run_create();
	if (!run)
		return preview_complain("release", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	error = read_settings(&options, run, count - first, arguments + first);
	if (!error)
		error = read_claims(run);
	if (!error)
		forget_configured(&run->settings);
	if (!error && settings_find_stop(&run->settings))
		text_print(stderr, "vfio-early: release: nothing is given back: correct the "
				   "selectors first\n");
	if (error || settings_find_stop(&run->settings))
		code = error ? EXIT_PARTLY : EXIT_MALFORMED;
	else
		code = release(&options, run);
	run_destroy(run);
	return code;
}

const struct command command_release = {
	.name = "release",
	.arguments = "[--json] SELECTOR...",
	.help = "Give devices back to the host's own drivers, on the running system.",
	.run = run_release,
};
