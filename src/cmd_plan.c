// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "host.h"
#include "input.h"
#include "module.h"
#include "pci.h"
#include "report.h"
#include "run.h"
#include "survey.h"
#include "util.h"

/* Where distributions keep the names of PCI devices. */
static const char *const ids_paths[] = {
	"/usr/share/misc/pci.ids",
	"/usr/share/hwdata/pci.ids",
	"/usr/share/pci.ids",
};

struct options {
	const char *sysfs;
	const char *config;
	const char *cmdline; /* text that stands in for the running kernel's */
	const char *ids;
	bool json;
};

static void print_usage(FILE *out)
{
	fprintf(out, "usage: vfio-early plan [OPTION...] [SELECTOR...]\n"
		     "Shows what boot would do and why. Selectors stand in for those configured.\n"
		     "  --sysfs DIR     read the devices from this tree instead of /sys\n"
		     "  --config FILE   read this file instead of " CONFIG_PATH "\n"
		     "  --cmdline TEXT  take this for the kernel command line\n"
		     "  --ids FILE      take device names from this pci.ids\n"
		     "  --json          print the report as JSON\n");
}

/* Gives the index of the first selector, -1 for a bad option, -2 when help was printed. */
static int parse_options(int count, char *const *arguments, struct options *options)
{
	static const struct option known[] = {
		{ "sysfs", required_argument, NULL, 's' },
		{ "config", required_argument, NULL, 'c' },
		{ "cmdline", required_argument, NULL, 'l' },
		{ "ids", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(count, arguments, "h", known, NULL)) != -1) {
		switch (option) {
		case 's':
			options->sysfs = optarg;
			break;
		case 'c':
			options->config = optarg;
			break;
		case 'l':
			options->cmdline = optarg;
			break;
		case 'i':
			options->ids = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			print_usage(stdout);
			return -2;
		default:
			print_usage(stderr);
			return -1;
		}
	}
	return optind;
}

static int complain(const char *path, int error)
{
	fprintf(stderr, "vfio-early: %s: %s\n", path, strerror(-error));
	return error;
}

static int read_settings(struct run *run, const struct options *options)
{
	const char *config = options->config ? options->config : CONFIG_PATH;
	char *text;
	int error = input_read(run->arena, config, &text);

	if (!error)
		error = settings_read_config(&run->settings, config, text);
	if (error && (options->config || error != -ENOENT))
		return complain(config, error);
	if (options->cmdline)
		return settings_read_cmdline(&run->settings, options->cmdline);
	/* A captured tree is another machine's: this one's command line says nothing of it. */
	if (options->sysfs)
		return 0;
	error = input_read(run->arena, CMDLINE_PATH, &text);
	if (error)
		return complain(CMDLINE_PATH, error);
	return settings_read_cmdline(&run->settings, text);
}

/* What the running host needs: its next image will say the same. */
static int read_needs(struct run *run)
{
	struct host_roots roots = { 0 };
	struct host_needs needs;
	int error = host_find_needs(&needs, run->arena, &roots);

	if (error)
		return error;
	for (const struct host_gap *gap = needs.gaps; gap; gap = gap->next)
		fprintf(stderr, "vfio-early: what the host needs could not be resolved: %s\n",
			gap->text);
	return needs.text ? settings_read_host(&run->settings, SETTINGS_SOURCE_HOST, needs.text)
			  : 0;
}

static const char *find_ids(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ids_paths); i++)
		if (access(ids_paths[i], R_OK) == 0)
			return ids_paths[i];
	return NULL;
}

static int make_plan(struct run *run, const struct sysfs *sysfs, struct pci_source *source,
		     const struct options *options)
{
	struct module_context *modules = NULL;
	int error = 0;

	if (!options->sysfs)
		error = read_needs(run);
	if (!error && !options->sysfs && !run->settings.driver)
		error = module_open(NULL, &modules);
	if (!error)
		error = survey(&run->topology, run->arena, &run->settings, source, sysfs, modules);
	if (modules)
		module_close(modules);
	if (!error)
		error = plan_make(&run->plan, run->arena, &run->settings, &run->topology);
	return error;
}

static int print_plan(struct run *run, const struct options *options)
{
	const char *root = options->sysfs ? options->sysfs : "/sys";
	const char *ids = options->ids ? options->ids : find_ids();
	struct pci_source *source = NULL;
	struct sysfs sysfs;
	int error = sysfs_open(&sysfs, root);

	if (error)
		return complain(root, error);
	error = pci_open(&sysfs, &source);
	if (!error && run_is_wanted(run))
		error = make_plan(run, &sysfs, source, options);
	run_finish(run);
	if (!error && options->json)
		report_json(run, stdout);
	else if (!error)
		report_text(run, stdout, ids ? source : NULL, ids);
	if (source)
		pci_close(source);
	sysfs_close(&sysfs);
	return error ? complain(root, error) : 0;
}

static int run_plan(int count, char *const *arguments)
{
	struct options options = { 0 };
	struct run *run;
	int first = parse_options(count + 1, arguments - 1, &options);
	int error, code;

	if (first < 0)
		return first == -2 ? EXIT_DONE : EXIT_MALFORMED;
	run = run_create();
	if (!run)
		return complain("plan", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	error = read_settings(run, &options);
	for (int i = first - 1; !error && i < count; i++)
		error = settings_add_argument(&run->settings, arguments[i]);
	run->settings.dry_run = true;
	if (!error)
		error = print_plan(run, &options);
	code = error ? EXIT_PARTLY : run_exit_code(run);
	run_destroy(run);
	return code;
}

const struct command command_plan = {
	.name = "plan",
	.arguments = "[--sysfs DIR] [SELECTOR...]",
	.help = "Show what boot would do and why; touch nothing.",
	.run = run_plan,
};
