// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "explain.h"
#include "host.h"
#include "options.h"
#include "release.h"
#include "settings_parse.h"
#include "survey.h"
#include "util.h"

/* All that the child needs that does the work. What it finds is in the run's arena. */
struct work {
	struct run *run;
	struct release *release;
};

static int load(void *context, const char *name)
{
	return module_load(context, name);
}

/* Surveys, and makes a plan of what the selectors pick, whatever a guard says of it. */
static int look(struct run *run, const struct sysfs *sysfs)
{
	struct pci_source *source;
	int error = pci_open(sysfs, &source);

	if (error)
		return error;
	error = survey(&run->topology, run->arena, &run->settings, source, sysfs, NULL);
	pci_close(source);
	return error ? error : plan_make(&run->plan, run->arena, &run->settings, &run->topology);
}

static int work(void *argument)
{
	struct work *work = argument;
	struct module_loader loader = { .load = load };
	struct execution execution = { .loader = &loader };
	struct module_context *modules;
	struct sysfs sysfs;
	int error = sysfs_open(&sysfs, "/sys");

	if (!error)
		error = look(work->run, &sysfs);
	if (!error)
		error = module_open(NULL, &modules);
	if (error)
		return error;
	loader.context = modules;
	execution.sysfs = &sysfs;
	execution.deadline =
		deadline_after((int64_t)work->run->settings.timeout_seconds * 1000 / 2);
	work->run->phase = RUN_EXECUTE;
	error = release_do(work->release, &execution);
	work->run->phase = RUN_DONE;
	return error;
}

/* Of the settings, a release goes by the selectors, the driver and the timeout. */
static int read_settings(struct options *options, struct run *run, int count,
			 char *const *selectors)
{
	struct settings *settings = &run->settings;
	int error = preview_read(&options->preview, run, count, selectors);

	settings->members = settings->protect = settings->force = (struct selector_list){ 0 };
	settings->off = false;
	for (const struct problem *problem = settings->problems; problem; problem = problem->next)
		fprintf(stderr, "vfio-early: %s\n", explain_problem(run->arena, problem));
	return error;
}

/* Reads what modprobe.d names for vfio-pci and pci-stub; the command line was read before. */
static int read_claims(struct run *run)
{
	const char *text;
	int error = host_find_claims(&text, run->arena, NULL);

	return error ? error : settings_read_host(&run->settings, SETTINGS_SOURCE_HOST, text);
}

/* Lets what is configured stop nothing: it says what is taken, not what is given back. */
static void forget_configured(struct settings *settings)
{
	for (enum setting_key key = 0; key <= SETTING_COUNT; key++)
		settings_forget_stops(settings, key, settings->origins[SETTING_DEVS].source);
}

static int release(struct options *options, struct run *run)
{
	struct release *release = arena_allocate(run->arena, 1, sizeof(*release));
	struct work todo = { .run = run, .release = release };
	struct deadline deadline = deadline_after((int64_t)run->settings.timeout_seconds * 1000);
	int error;

	if (!release)
		return preview_complain("release", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	*release = (struct release){ .run = run, .proc = "/proc", .dev = "/dev" };
	error = deadline_call(&deadline, work, &todo);
	run_finish(run);
	if (error == -ETIMEDOUT)
		fprintf(stderr,
			"vfio-early: release: not done after %u seconds: a driver does not let "
			"go; see dmesg\n",
			run->settings.timeout_seconds);
	else if (error)
		preview_complain("release", error);
	else if (options->preview.json)
		release_json(release, stdout);
	else
		release_text(release, stderr);
	return error ? EXIT_PARTLY : release_exit_code(release);
}

static int run_release(int count, char *const *arguments)
{
	struct options options = {
		.name = "release",
		.arguments = "SELECTOR...",
		.help = "Gives devices back to the host's own drivers now, with their whole "
			"groups. What a\n"
			"virtual machine has open is left alone. The next boot takes what is "
			"configured again.",
		.letters = "cj",
	};
	int code, first = options_parse(&options, count, arguments, &code), error;
	struct run *run;

	if (first < 0)
		return code;
	if (count == first) {
		fprintf(stderr, "vfio-early: release: name the devices: see vfio-early release "
				"--help\n");
		return EXIT_MALFORMED;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "vfio-early: release: only root can do that: use sudo\n");
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
		fprintf(stderr, "vfio-early: release: nothing is given back: correct the "
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
