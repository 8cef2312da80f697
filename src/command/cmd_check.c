// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check/boot_loader.h"
#include "check/check.h"
#include "command/check_fix.h"
#include "command/options.h"
#include "command/preview.h"
#include "lib/command.h"
#include "lib/json_writer.h"
#include "lib/paths.h"
#include "lib/terminal.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "settings/profile.h"

/* Address space, not memory. */
#define ARENA_SIZE (256 << 20)

#define SCHEMA 1

struct options {
	const char *root;
	bool json;
	bool fix;
	bool yes;
	bool no_regenerate;
};

static const struct option_row rows[] = {
	{ .name = "fix",
	  .help = "carry out the commands, each after a question",
	  .offset = offsetof(struct options, fix) },
	{ .name = "yes",
	  .help = "with --fix: do not ask, and leave out what may be wanted",
	  .offset = offsetof(struct options, yes) },
	{ .name = "no-regenerate",
	  .help = "with --fix: do not rebuild the initramfs images",
	  .offset = offsetof(struct options, no_regenerate) },
	{ .name = "json",
	  .help = "print the findings as JSON",
	  .offset = offsetof(struct options, json) },
	{ .name = "root",
	  .value = "DIR",
	  .help = "check the system below this directory instead",
	  .offset = offsetof(struct options, root) },
};

static const struct option_table table = {
	.command = "check",
	.arguments = "",
	.help = "Finds what would keep vfio-early from working at the next boot, and what could\n"
		"be better: a line for each, worst first, and the command that helps below it.\n"
		"With --fix it carries these commands out; undo puts back what they changed.\n"
		"Exit code: 0 nothing is wrong, 1 there are errors or warnings, 2 the settings do "
		"not parse.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/*
 * Plans as `vfio-early plan` would, with the installed config. Checks only files if there
 * is no PCI bus, as in a chroot. Returns 0 or -errno.
 */
static int make_plan(struct check *check, struct preview *preview)
{
	int error = preview_read(preview, check->run, 0, NULL);

	if (error || !root_has(&check->root, "/sys/bus/pci/devices"))
		return error;
	check->platform = platform_of_cpuinfo(root_read(&check->root, "/proc/cpuinfo"));
	if (check->platform == PLATFORM_UNKNOWN)
		check->platform = platform_find(&preview->tree);
	/* What an id picks is known only of devices that were read. */
	if (run_is_wanted(check->run))
		preview->survey = survey_all;
	error = preview_plan(preview, check->run);
	check->planned = !error;
	/* Without anything to take, the plan did not look. */
	if (!error)
		check->run->plan.iommu = pci_iommu_state(&preview->tree);
	return error;
}

/* Returns the first problem that a profile adds to those of the settings without it. */
static const struct problem *find_new_problem(const struct settings *without,
					      const struct settings *with)
{
	const struct problem *old = without->problems, *problem = with->problems;

	while (old && problem) {
		old = old->next;
		problem = problem->next;
	}
	return problem;
}

/* Returns how many devices the plan takes. */
static size_t count_taken(const struct plan *plan)
{
	size_t taken = 0;

	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; !plan->groups[i].refused && j < plan->groups[i].count; j++)
			taken += plan->groups[i].members[j].role == ROLE_TAKE;
	return taken;
}

/* Returns the first reason why a plan does not take all that is listed; NULL if it does. */
static const char *find_lack(const struct run *run)
{
	const struct plan *plan = &run->plan;

	if (plan->finding_count)
		return explain_finding(run->arena, &plan->findings[0]);
	for (size_t i = 0; i < plan->group_count; i++)
		if (plan->groups[i].refused)
			return explain_refusal(run, &plan->groups[i]);
	return explain_nothing_picked(run);
}

/* Says what a boot with a profile comes to. */
static void say_profile(struct check *check, const struct run *run, const char *name)
{
	const struct problem *problem = find_new_problem(&check->run->settings, &run->settings);
	const char *fix = root_print(&check->root, "vfio-early plan --profile %s", name);
	const char *lack = problem ? explain_problem(run->arena, problem) : NULL;
	size_t taken = problem && problem->stops ? 0 : count_taken(&run->plan);

	if (!lack && check->planned)
		lack = find_lack(run);
	if (!problem && (settings_are_off(&run->settings) || !run->settings.devs.count))
		check_say(check, CHECK_NOTE, "profile", NULL,
			  "profile %s: a boot with it takes nothing, as it says", name);
	else if (lack)
		check_say(check, CHECK_WARNING, "profile", fix,
			  "profile %s: a boot with it takes %s: %s", name,
			  taken ? "not all that it lists" : "nothing", lack);
	else if (check->planned)
		check_say(check, CHECK_NOTE, "profile", NULL,
			  "profile %s: a boot with vfio_early.profile=%s takes %zu device%s", name,
			  name, taken, taken == 1 ? "" : "s");
}

/* Plans with each profile that is not in force. What stops every boot is said elsewhere. */
static void check_profiles(struct check *check, const struct preview *with)
{
	const struct settings *settings = &check->run->settings;
	const char *text = settings->config_text ? settings->config_text : "", **names;
	size_t count;

	if (settings_find_stop(settings) || profile_list(check->arena, text, &names, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		struct preview preview = { .sysfs = with->sysfs,
					   .file = with->file,
					   .may_lack_file = with->may_lack_file,
					   .cmdline = with->cmdline,
					   .profile = names[i],
					   .needs_said = true };
		struct run *run;
		int error;

		if (settings->profile && streq(settings->profile, names[i]))
			continue;
		run = run_create();
		error = run ? preview_read(&preview, run, 0, NULL) : -ENOMEM;
		if (!error && check->planned)
			error = preview_plan(&preview, run);
		if (!error)
			say_profile(check, run, names[i]);
		else
			check_say(check, CHECK_ERROR, "unplanned", NULL,
				  "profile %s: could not plan what a boot with it would do: %s",
				  names[i], strerror(-error));
		preview_close(&preview);
		if (run)
			run_destroy(run);
	}
}

/* Reports that memory ran out, so that something may not have been checked. */
static void say_refused(struct check *check)
{
	if (!check->arena->refused && !check->run->arena->refused)
		return;
	check->refused = (struct check_finding){
		.severity = CHECK_ERROR,
		.topic = "memory",
		.text = "out of memory: not everything could be checked",
	};
	*check->last = &check->refused;
	check->last = &check->refused.next;
}

static void look(struct check *check, const struct preview *preview)
{
	struct kernels kernels;

	if (kernels_find(&check->root, &kernels))
		check_say(check, CHECK_ERROR, "memory", NULL,
			  "out of memory: not all kernels and boot entries could be checked");
	check->kernels = kernels.installed;
	check->strangers = kernels.strangers;
	check->unread = kernels.unread;
	check_settings(check);
	check_iommu(check);
	check_groups(check);
	check_profiles(check, preview);
	check_lockdown(check);
	check_images(check);
	check_conflicts(check);
	check_trial(check);
	if (!root_has(&check->root, "/sys/bus/pci/devices"))
		check_say(check, CHECK_NOTE, "no-bus", NULL,
			  "no PCI bus is visible here: only files were checked");
}

static size_t count_findings(const struct check *check, enum check_severity severity)
{
	size_t count = 0;

	for (const struct check_finding *finding = check->findings; finding;
	     finding = finding->next)
		count += finding->severity == severity;
	return count;
}

/* As every command does it: 2 for what does not parse, as plan and the boot have it. */
static enum exit_code exit_of(const struct check *check)
{
	if (check->run->settings.problems)
		return EXIT_MALFORMED;
	return count_findings(check, CHECK_ERROR) || count_findings(check, CHECK_WARNING)
		       ? EXIT_PARTLY
		       : EXIT_DONE;
}

/* Returns whether the next finding of the same severity has the same command. */
static bool goes_on(const struct check_finding *finding)
{
	const struct check_finding *next = finding->next;

	while (next && next->severity != finding->severity)
		next = next->next;
	return next && next->fix && finding->fix && streq(next->fix, finding->fix);
}

static void print_text(const struct check *check)
{
	static const enum terminal_style styles[] = { TERMINAL_RED, TERMINAL_YELLOW,
						      TERMINAL_PLAIN };
	struct terminal terminal;

	terminal_open(&terminal, stdout);
	for (enum check_severity severity = 0; severity < CHECK_SEVERITIES; severity++) {
		for (const struct check_finding *finding = check->findings; finding;
		     finding = finding->next) {
			if (finding->severity != severity)
				continue;
			terminal_put(&terminal, styles[severity], check_severity_names[severity]);
			text_print(stdout, ": %s\n", finding->text);
			/* One command is for all that it mends. */
			if (!finding->fix || goes_on(finding))
				continue;
			printf("    ");
			terminal_put(&terminal, TERMINAL_BOLD, finding->fix);
			printf("\n");
		}
	}
	if (!check_has_to_do(check))
		printf("nothing to do\n");
}

static void print_images(const struct kernel *kernel, struct json *json)
{
	json_open_array(json, "images");
	for (const struct kernel_image *image = kernel->images; image; image = image->next) {
		json_open_array(json, NULL);
		for (const char *const *part = image->parts; *part; part++)
			json_string(json, NULL, *part);
		json_close_array(json);
	}
	json_close_array(json);
}

static void print_json(const struct check *check)
{
	struct json json = { .out = stdout };

	json_open_object(&json, NULL);
	json_integer(&json, "schema", SCHEMA);
	json_integer(&json, "exit_code", exit_of(check));
	json_string(&json, "boot_loader", boot_loader_name(&check->root));
	json_open_array(&json, "kernels");
	for (const struct kernel *kernel = check->kernels; kernel; kernel = kernel->next) {
		json_open_object(&json, NULL);
		json_string(&json, "release", kernel->release);
		print_images(kernel, &json);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_open_array(&json, "findings");
	for (enum check_severity severity = 0; severity < CHECK_SEVERITIES; severity++) {
		for (const struct check_finding *finding = check->findings; finding;
		     finding = finding->next) {
			if (finding->severity != severity)
				continue;
			json_open_object(&json, NULL);
			json_string(&json, "severity", check_severity_names[severity]);
			json_string(&json, "topic", finding->topic);
			json_string(&json, "text", finding->text);
			json_string(&json, "fix", finding->fix);
			json_close_object(&json);
		}
	}
	json_close_array(&json);
	json_close_object(&json);
}

static int check_system(struct check *check, const struct options *options)
{
	struct preview preview = { 0 };
	int code = EXIT_DONE;
	const char *cmdline = root_read(&check->root, CMDLINE_PATH);
	int error;

	check->cmdline = cmdline ? cmdline : "";
	check->last = &check->findings;
	preview.cmdline = check->cmdline;
	if (*check->root.path) {
		preview.sysfs = root_print(&check->root, "%s/sys", check->root.path);
		preview.file = root_print(&check->root, "%s" CONFIG_PATH, check->root.path);
		preview.may_lack_file = true;
	}
	error = make_plan(check, &preview);
	if (error)
		check_say(check, CHECK_ERROR, "unplanned", "vfio-early plan",
			  "could not plan what the boot would do: %s", strerror(-error));
	look(check, &preview);
	say_refused(check);
	check_join(check);
	if (options->fix)
		code = check_fix(check, options->yes, !options->no_regenerate);
	else if (options->json)
		print_json(check);
	else
		print_text(check);
	preview_close(&preview);
	if (!options->fix || check->run->settings.problems)
		return exit_of(check);
	return code;
}

static int run_check(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code, first = options_read_exactly(&table, &options, 0, count, arguments, &code);
	struct check check = { .root.fd = -1 };
	int error;

	if (first < 0)
		return code;
	if (options.fix ? options.json || options.root : options.yes || options.no_regenerate) {
		text_print(stderr,
			   options.fix ? "vfio-early: check: --fix is for this system, and prints "
					 "no JSON\n"
				       : "vfio-early: check: --yes and --no-regenerate go with "
					 "--fix\n");
		return EXIT_MALFORMED;
	}
	code = EXIT_PARTLY;
	check.arena = arena_create(ARENA_SIZE);
	check.run = run_create();
	error = check.arena && check.run ? root_open(&check.root, check.arena, options.root)
					 : -ENOMEM;
	if (error)
		preview_complain(options.root ? options.root : "check", error);
	else
		code = check_system(&check, &options);
	root_close(&check.root);
	if (check.run)
		run_destroy(check.run);
	arena_destroy(check.arena);
	return code;
}

const struct command command_check = {
	.name = "check",
	.arguments = "[--json] [--fix [--yes]] [--root DIR]",
	.help = "Find what would keep this from working at the next boot, and how to fix it.",
	.run = run_check,
};
