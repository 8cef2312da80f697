// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/supervise.h"
#include "command/options.h"
#include "command/preview.h"
#include "host/in_use.h"
#include "host/open_files.h"
#include "lib/command.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/report.h"
#include "plan/survey.h"
#include "settings/settings_parse.h"

struct options {
	struct preview preview;
	bool dry_run;
	struct option_values force;
};

static const struct option_row rows[] = {
	PREVIEW_CONFIG,
	PREVIEW_JSON,
	{ .name = "dry-run",
	  .help = "show what would change, and change nothing",
	  .offset = offsetof(struct options, dry_run) },
	{ .name = "force",
	  .value = "REASON:SELECTOR",
	  .help = "take it in spite of this guard; may be repeated",
	  .offset = offsetof(struct options, force),
	  .repeated = true },
};

static const struct option_table table = {
	.command = "bind",
	.arguments = "SELECTOR...",
	.help = "Takes devices now, with their whole groups, until the next boot. It refuses\n"
		"what the host uses: mounted file systems, swap, the network, a display in use, "
		"and\n"
		"whatever a process has open.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Adds the values of --force to what was configured anywhere. Returns 0 or -ENOMEM. */
static int add_force(const struct options *options, struct settings *settings)
{
	struct origin origin = { .source = "--force", .column = 1 };
	struct origin *place = &settings->origins[SETTING_FORCE];
	int error = 0;

	/* A list of another source would be replaced. */
	if (options->force.count && place->source)
		place->source = origin.source;
	for (size_t i = 0; !error && i < options->force.count; i++)
		error = settings_read_value(settings, SETTING_FORCE, options->force.items[i],
					    &origin);
	return error;
}

/*
 * Reads the settings and the selectors. Only the selectors and --dry-run say what to do:
 * devs, members, off, wait and dry_run do not apply here. Returns 0 or -errno.
 */
static int read_settings(struct options *options, struct run *run, int count,
			 char *const *selectors)
{
	int error;

	run->settings.leave_out = SETTINGS_BIT_OFF | SETTINGS_BIT(SETTING_BOOT) |
				  SETTINGS_BIT(SETTING_MEMBERS) | SETTINGS_BIT(SETTING_WAIT);
	error = preview_read(&options->preview, run, count, selectors);
	run->settings.dry_run = options->dry_run;
	run->force_by = "--force ";
	run->detached = true;
	if (!error)
		error = add_force(options, &run->settings);
	log_set_debug(run->settings.debug);
	return error;
}

/*
 * Records the devices that the selectors pick, with their groups. Nothing else of that
 * plan is used.
 */
static int note_devices(const struct run *run, const struct plan *plan, struct in_use *in_use)
{
	struct pci_address *devices;
	size_t count = 0;

	for (size_t i = 0; i < plan->group_count; i++)
		count += plan->groups[i].count;
	devices = arena_allocate(run->arena, count + 1, sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++)
			devices[in_use->count++] = plan->groups[i].members[j].device->address;
	in_use->devices = devices;
	return 0;
}

static int find_devices(const struct run *run, struct in_use *in_use)
{
	struct topology topology = { 0 };
	struct pci_source *source;
	struct sysfs sysfs;
	struct plan plan;
	int error = sysfs_open(&sysfs, "/sys");

	if (error)
		return error;
	error = pci_open(&sysfs, &source);
	if (!error) {
		error = survey(&topology, run->arena, &run->settings, source, &sysfs, NULL);
		pci_close(source);
	}
	sysfs_close(&sysfs);
	if (!error)
		error = plan_make(&plan, run->arena, &run->settings, &topology);
	return error ? error : note_devices(run, &plan, in_use);
}

/* Says why nothing can be taken if the host's uses are unknown. Returns 0 or -errno. */
static int complain_unseen(const struct run *run, const struct in_use *in_use)
{
	const char *owner;

	if (!in_use->at_home) {
		text_print(stderr, "vfio-early: a container or chroot cannot see what the host "
				   "uses: run this on the host itself\n");
		return -EPERM;
	}
	if (!in_use->error)
		return 0;
	owner = open_file_owner(run->arena, "/proc", in_use->unread);
	text_print(stderr,
		   "vfio-early: bind: nothing is taken: could not read which devices %s has open: "
		   "%s; end it, or unmount what does not answer, then try again\n",
		   owner && in_use->unread ? owner : "a process", strerror(-in_use->error));
	return in_use->error;
}

/* Protects what the host uses now. Returns 0 or -errno. */
static int read_uses(struct run *run)
{
	struct in_use in_use = { .driver = run->settings.driver };
	struct host_roots roots = { 0 };
	struct host_needs uses;
	int error = find_devices(run, &in_use);

	if (!error)
		error = in_use_find(&in_use, &uses, run->arena, &roots);
	if (error)
		return preview_complain("what the host uses", error);
	error = complain_unseen(run, &in_use);
	if (error)
		return error;
	for (const struct host_gap *gap = uses.gaps; gap; gap = gap->next)
		log_line(LOG_LEVEL_DEBUG, "could not find out what the host uses: %s", gap->text);
	/* No uses is a known result too. */
	return settings_read_host(&run->settings, SETTINGS_SOURCE_HOST, uses.text ? uses.text : "");
}

/* Returns whether a device was refused because the host uses or needs it. */
static bool is_in_use(const struct run *run)
{
	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		for (size_t j = 0; j < group->count; j++)
			if (group->members[j].refusal == REFUSAL_PROTECTED &&
			    group->members[j].blame &&
			    streq(group->members[j].blame->origin.source, SETTINGS_SOURCE_HOST))
				return true;
	}
	return false;
}

static int run_bind(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code, first = options_read(&table, &options, count, arguments, &code), error;
	struct run *run;

	if (first < 0)
		return code;
	if (count == first) {
		text_print(stderr, "vfio-early: bind: which devices? See vfio-early bind --help\n");
		return EXIT_MALFORMED;
	}
	/* Others could not even see, in a dry run, what is open. */
	if (geteuid() != 0) {
		text_print(stderr, "vfio-early: bind: only root can do this: use sudo\n");
		return EXIT_PARTLY;
	}
	run = run_create();
	if (!run)
		return preview_complain("bind", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	error = read_settings(&options, run, count - first, arguments + first);
	if (!error)
		error = read_uses(run);
	if (!error && run_is_wanted(run))
		supervise(run);
	run_finish(run);
	if (!error && options.preview.json)
		report_json(run, stdout);
	else if (!error)
		report_log(run);
	if (!error && !options.preview.json && is_in_use(run))
		text_print(stderr,
			   "vfio-early: bind: end the use named above, then run this again\n");
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
