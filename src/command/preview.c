// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/preview.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/module.h"
#include "plan/explain.h"
#include "plan/leftover.h"
#include "plan/survey.h"
#include "settings/profile.h"

/* Where distributions keep the names of PCI devices. */
static const char *const ids_paths[] = {
	"/usr/share/misc/pci.ids",
	"/usr/share/hwdata/pci.ids",
	"/usr/share/pci.ids",
};

const char *preview_find_ids(const struct preview *preview)
{
	if (preview->ids)
		return preview->ids;
	for (size_t i = 0; i < ARRAY_SIZE(ids_paths); i++)
		if (access(ids_paths[i], R_OK) == 0)
			return ids_paths[i];
	return NULL;
}

int preview_complain(const char *what, int error)
{
	text_print(stderr, "vfio-early: %s: %s\n", what, strerror(-error));
	return error;
}

int preview_read_cmdline(const struct preview *preview, struct run *run)
{
	char *text;
	int error;

	if (preview->profile)
		run->settings.leave_out |= SETTINGS_BIT(SETTING_PROFILE);
	if (preview->cmdline)
		return settings_read_cmdline(&run->settings, preview->cmdline);
	/* A captured tree is another machine's, and this command line is not. */
	if (preview->sysfs)
		return 0;
	error = textfile_read(run->arena, CMDLINE_PATH, &text);
	if (error)
		return preview_complain(CMDLINE_PATH, error);
	return settings_read_cmdline(&run->settings, text);
}

int preview_read_profile(const struct preview *preview, struct run *run)
{
	static const struct origin origin = { .source = "argument", .column = 1 };

	return preview->profile ? settings_read_profile(&run->settings, preview->profile, &origin)
				: 0;
}

int preview_say_profiles(const struct settings *settings)
{
	static const struct origin origin = { .source = "argument", .column = 1 };
	struct arena *arena = settings->arena;
	const char **names;
	size_t count;
	int error = settings->config_text
			    ? profile_list(arena, settings->config_text, &names, &count)
			    : -ENOENT;

	for (size_t i = 0; !error && i < count; i++) {
		struct settings other;
		struct problem **first;

		if (settings->profile && streq(settings->profile, names[i]))
			continue;
		settings_init(&other, arena);
		error = settings_read_config(&other, settings->config_path, settings->config_text);
		first = other.last_problem;
		if (!error)
			error = settings_read_profile(&other, names[i], &origin);
		for (struct problem *problem = *first; problem; problem = problem->next)
			text_print(stderr, "vfio-early: profile %s: %s\n", names[i],
				   explain_problem(arena, problem));
	}
	return error == -ENOENT ? 0 : error;
}

/* Reads the needs of an image's host from a file made for the image. */
static int read_host(const struct preview *preview, struct run *run)
{
	char *text;
	int error = textfile_read(run->arena, preview->host, &text);

	return error ? preview_complain(preview->host, error)
		     : settings_read_host(&run->settings, preview->host, text);
}

int preview_read_settings(struct preview *preview, struct run *run)
{
	const char *path = preview->file ? preview->file : CONFIG_PATH;
	int error = config_read(&preview->config, &run->settings, path);

	if (error && (error != -ENOENT || (preview->file && !preview->may_lack_file)))
		return preview_complain(path, error);
	error = preview_read_cmdline(preview, run);
	return error ? error : preview_read_profile(preview, run);
}

int preview_read(struct preview *preview, struct run *run, int count, char *const *selectors)
{
	int error;

	/* A preview changes nothing, whatever the settings say. */
	run->settings.dry_run = true;
	run->settings.leave_out |= SETTINGS_BIT(SETTING_DRY_RUN);
	error = preview_read_settings(preview, run);
	if (!error && preview->host)
		error = read_host(preview, run);
	for (int i = 0; !error && i < count; i++)
		error = settings_add_argument(&run->settings, selectors[i], i == count - 1);
	return error;
}

int preview_read_needs(struct preview *preview, struct run *run)
{
	const struct host_roots roots = { 0 };
	struct host_list *needs = &preview->needs;
	int error = host_list_read(needs, run->arena, &roots);

	if (error)
		return error;
	if (!preview->needs_said)
		host_list_say(needs);
	preview->needs_said = true;
	if (!needs->text)
		return 0;
	return settings_read_host(&run->settings,
				  needs->source == HOST_LIST_KEPT ? HOST_LIST_PATH
								  : SETTINGS_SOURCE_HOST,
				  needs->text);
}

/* Reads the slots of graphics cards that are to be taken, to name what is in other groups. */
static int read_cards(const struct preview *preview, struct run *run)
{
	struct topology *topology = &run->topology;

	for (size_t i = 0; i < topology->count; i++) {
		struct device *device = &topology->devices[i];
		int error = 0;

		for (size_t j = 0; !device->described && j < topology->count; j++) {
			const struct device *display = &topology->devices[j];

			if (!display->described || display->class >> 16 != PCI_CLASS_DISPLAY ||
			    !pci_address_same_slot(&display->address, &device->address))
				continue;
			error = pci_identify(preview->source, run->arena, device);
			/* Without a group it is not named. */
			if (!error)
				pci_find_group(preview->source, device);
			break;
		}
		if (error)
			return error;
	}
	return 0;
}

static int make_plan(struct preview *preview, struct run *run)
{
	__typeof__(survey) *read_devices = preview->survey ? preview->survey : survey;
	struct module_context *modules = NULL;
	int error = 0;

	/* Another machine's tree comes without a list of needs; its images have one. */
	if (preview->sysfs)
		run->settings.host_known = true;
	else if (!preview->host && !preview->addresses &&
		 (run_is_wanted(run) || preview->survey == survey_all))
		error = preview_read_needs(preview, run);
	if (!error && !preview->sysfs && !run->settings.driver && run_is_wanted(run))
		error = module_open(NULL, &modules);
	if (!error)
		error = read_devices(&run->topology, run->arena, &run->settings, preview->source,
				     &preview->tree, modules);
	if (modules)
		module_close(modules);
	run->plan.iommu = run->topology.iommu;
	if (!error && run_is_wanted(run))
		error = plan_make(&run->plan, run->arena, &run->settings, &run->topology);
	if (!error && run_is_wanted(run))
		error = leftover_list(&run->plan, run->arena, &run->settings, &run->topology);
	if (!error && run->plan.group_count)
		error = read_cards(preview, run);
	return error;
}

int preview_plan(struct preview *preview, struct run *run)
{
	const char *root = preview->sysfs ? preview->sysfs : "/sys";
	int error = sysfs_open(&preview->tree, root);

	if (!error)
		error = pci_open(&preview->tree, &preview->source);
	if (!error && (preview->survey || run_is_wanted(run)))
		error = make_plan(preview, run);
	run_finish(run);
	return error ? preview_complain(root, error) : 0;
}

void preview_close(struct preview *preview)
{
	if (preview->source)
		pci_close(preview->source);
	if (preview->tree.root)
		sysfs_close(&preview->tree);
}
