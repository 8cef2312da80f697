// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/survey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/util.h"
#include "machine/attached.h"
#include "machine/framebuffer.h"
#include "plan/leftover.h"
#include "plan/picks.h"
#include "plan/plan.h"
#include "plan/survey_parts.h"

bool survey_is_this_machine(const struct survey *survey)
{
	return streq(survey->sysfs->root, "/sys");
}

static bool asks_of_all(const struct selector_list *list, bool (*asks)(const struct selector *))
{
	for (size_t i = 0; i < list->count; i++)
		if (asks(&list->items[i]))
			return true;
	return false;
}

static bool asks_for_identity(const struct selector *selector)
{
	/* An id that is not in its place is looked for everywhere. */
	return selector->kind == SELECTOR_ID || selector->kind == SELECTOR_CLASS ||
	       selector->kind == SELECTOR_BOOT_VGA || selector->has_identity;
}

static bool asks_for_boot_display(const struct selector *selector)
{
	return selector->kind == SELECTOR_BOOT_VGA;
}

static bool asks_for_path(const struct selector *selector)
{
	return selector->kind == SELECTOR_PATH;
}

/* Returns whether a VMD of the machine decides if the place may exist later. */
static bool asks_for_vmd(const struct selector *selector)
{
	return picks_behind_vmd(selector) && !selector->purpose;
}

int survey_for_all(const struct survey *survey,
		   int (*read)(struct pci_source *, struct arena *, struct device *))
{
	int error = 0;

	for (size_t i = 0; !error && i < survey->count; i++)
		error = read(survey->source, survey->arena, &survey->devices[i]);
	return error;
}

static int find_variant(const struct survey *survey, struct device *device)
{
	char driver[256];

	if (survey->settings->driver || !survey->modules || device->variant_driver ||
	    module_find_variant(survey->modules, device->modalias, driver, sizeof(driver)))
		return 0;
	device->variant_driver = arena_copy(survey->arena, driver, strlen(driver));
	return device->variant_driver ? 0 : -ENOMEM;
}

/* Reads everything of a device except what it shares with others. */
static int read_whole(const struct survey *survey, struct device *device)
{
	int error = pci_identify(survey->source, survey->arena, device);

	if (!error)
		error = pci_locate(survey->source, survey->arena, device);
	return error ? error : pci_describe(survey->source, survey->arena, device);
}

static int read_details(const struct survey *survey, struct device *device)
{
	int error = read_whole(survey, device);

	if (!error)
		error = find_variant(survey, device);
	/* The addresses of another machine's tree are unknown. */
	if (!error && device->class >> 16 == PCI_CLASS_DISPLAY && !device->framebuffer &&
	    survey_is_this_machine(survey))
		error = framebuffer_find(survey->sysfs, survey->arena, IOMEM_PATH, device);
	return error;
}

/* Locates the devices behind a VMD: they are not taken by themselves. */
static int read_behind_vmd(const struct survey *survey)
{
	int error = 0;

	for (size_t i = 0; !error && i < survey->count; i++)
		if (survey->devices[i].address.domain > UINT16_MAX)
			error = pci_identify(survey->source, survey->arena, &survey->devices[i]);
	return error;
}

/* Identifies what '!' names: where it leaves nothing out, the sentence about it has the id. */
static int read_left_out(const struct survey *survey)
{
	const struct selector_list *devs = &survey->settings->devs;
	int error = 0;

	for (size_t i = 0; i < devs->count; i++)
		for (size_t j = 0; !error && devs->items[i].exclude && j < survey->count; j++)
			if (selector_matches(&devs->items[i], &survey->devices[j]))
				error = pci_identify(survey->source, survey->arena,
						     &survey->devices[j]);
	return error;
}

/* Returns whether a device may still join the group of another by its place. */
static bool may_join(const struct survey *survey, const struct device *device)
{
	for (size_t i = 0; i < survey->count; i++)
		if (survey->devices[i].group >= 0 &&
		    topology_are_close(&survey->devices[i], device))
			return true;
	return false;
}

/* Reads the devices that may still join the groups found. */
static int read_joiners(const struct survey *survey)
{
	int error = 0;

	for (size_t i = 0; i < survey->count && !error; i++) {
		struct device *device = &survey->devices[i];

		if (!may_join(survey, device))
			continue;
		error = pci_find_group(survey->source, device);
		if (!error)
			error = read_details(survey, device);
	}
	return error;
}

/* Reads all details of the groups of listed devices. */
static int read_groups(const struct survey *survey)
{
	const struct topology topology = { .devices = survey->devices, .count = survey->count };
	int error = 0;

	for (size_t i = 0; i < survey->count; i++) {
		struct device *device = &survey->devices[i];

		if (!plan_picks(survey->settings, &topology, device))
			continue;
		error = pci_find_group(survey->source, device);
		/* Whether a device without a group is a bridge is one of its details. */
		if (!error)
			error = read_details(survey, device);
		if (error)
			return error;
	}
	for (size_t i = 0; !error && i < survey->count; i++)
		if (survey->devices[i].group >= 0)
			error = read_details(survey, &survey->devices[i]);
	if (!error && survey->late_groups)
		error = read_joiners(survey);
	/* Devices that go away with a VMD are shown with their drivers. */
	for (size_t i = 0; !error && i < survey->count; i++)
		if (survey->devices[i].vmd && survey->devices[i].vmd->described)
			error = read_details(survey, &survey->devices[i]);
	return error;
}

static bool may_be_moved(const struct selector_list *needed, const struct device *device)
{
	for (size_t i = 0; i < needed->count; i++)
		if (picks_may_be_moved(&needed->items[i], device))
			return true;
	return false;
}

/*
 * Returns whether a device to be taken has the id of one that the host needs elsewhere.
 * What is in that place then decides.
 */
static bool asks_for_protected(const struct survey *survey)
{
	const struct selector_list *protect = &survey->settings->protect;
	const struct selector_list *network = &survey->settings->network;

	for (size_t i = 0; i < survey->count; i++)
		if (survey->devices[i].described && (may_be_moved(protect, &survey->devices[i]) ||
						     may_be_moved(network, &survey->devices[i])))
			return true;
	return false;
}

/* Reads the places and ids of all devices, for asks_for_protected(). */
static int read_protected(const struct survey *survey)
{
	int error = survey_for_all(survey, pci_identify);

	return error ? error : survey_for_all(survey, pci_locate);
}

static bool is_claimed_by_id(const struct settings *settings, const struct device *device)
{
	for (size_t i = 0; i < settings->claimed.count; i++)
		if (settings->claimed.items[i].kind == SELECTOR_ID &&
		    selector_matches(&settings->claimed.items[i], device))
			return true;
	return false;
}

static int read_claimed(const struct survey *survey)
{
	bool any = false;
	int error = 0;

	for (size_t i = 0; i < survey->settings->claimed.count; i++)
		any |= survey->settings->claimed.items[i].kind == SELECTOR_ID;
	if (any)
		error = survey_for_all(survey, pci_identify);
	for (size_t i = 0; any && !error && i < survey->count; i++)
		if (is_claimed_by_id(survey->settings, &survey->devices[i]))
			error = read_whole(survey, &survey->devices[i]);
	return error;
}

static int visit_bound(void *context, const char *name)
{
	const struct survey *survey = context;
	struct pci_address address;

	if (pci_address_parse(name, strlen(name), &address))
		return 0;
	for (size_t i = 0; i < survey->count; i++)
		if (pci_address_compare(&survey->devices[i].address, &address) == 0)
			return read_whole(survey, &survey->devices[i]);
	return 0;
}

/* Reads the devices of the drivers that ids= feeds: the host may need some of them. */
static int read_bound(struct survey *survey)
{
	int error = 0;

	for (size_t i = 0; error != -ENOMEM && i < ARRAY_SIZE(leftover_drivers); i++) {
		char path[SYSFS_PATH_SIZE];

		snprintf(path, sizeof(path), "bus/pci/drivers/%s", leftover_drivers[i]);
		/* A driver that is not loaded has no devices. */
		error = sysfs_list(survey->sysfs, path, visit_bound, survey);
	}
	return error == -ENOMEM ? error : 0;
}

/* The tree of another machine counts as a current kernel's. */
static bool kernel_counts_owners(const struct sysfs *sysfs)
{
	struct utsname kernel;
	unsigned int major, minor;

	if (!streq(sysfs->root, "/sys") || uname(&kernel) < 0 ||
	    sscanf(kernel.release, "%u.%u", &major, &minor) != 2)
		return true;
	return major > 5 || (major == 5 && minor >= 19);
}

static bool any_is_described(const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		if (survey->devices[i].described)
			return true;
	return false;
}

/* Reads what the settings ask for. */
static int read_wanted(struct survey *survey)
{
	const struct settings *settings = survey->settings;
	bool display = survey->all || asks_of_all(&settings->devs, asks_for_boot_display) ||
		       asks_of_all(&settings->protect, asks_for_boot_display);
	int error = pci_scan(survey->source, survey->arena, &survey->devices, &survey->count);

	if (!error && (display || asks_of_all(&settings->devs, asks_for_identity) ||
		       asks_of_all(&settings->protect, asks_for_vmd)))
		error = survey_for_all(survey, pci_identify);
	if (!error)
		error = read_behind_vmd(survey);
	if (!error && display)
		error = survey_find_boot_display(survey, true);
	/* Only the places of all devices show which pinned members are gone. */
	if (!error && (settings->members.written || asks_of_all(&settings->devs, asks_for_path)))
		error = survey_for_all(survey, pci_locate);
	if (!error)
		error = read_left_out(survey);
	if (!error)
		error = read_groups(survey);
	if (!error && !display)
		error = survey_find_boot_display(survey, false);
	if (!error)
		error = survey_read_card(survey);
	if (!error)
		error = read_claimed(survey);
	if (!error)
		error = read_bound(survey);
	if (!error && asks_for_protected(survey))
		error = read_protected(survey);
	if (!error && any_is_described(survey))
		error = attached_find(survey->sysfs, survey->arena, survey->devices, survey->count);
	return error;
}

static int build(const struct survey *survey, struct topology *topology)
{
	int error = topology_build(topology, survey->arena, survey->devices, survey->count,
				   pci_iommu_state(survey->sysfs));

	if (topology->iommu != IOMMU_ON)
		topology->platform = platform_find(survey->sysfs);
	topology->late_groups = survey->late_groups;
	topology->counts_owners = kernel_counts_owners(survey->sysfs);
	topology->boot_display_unknown = survey->boot_display_unknown;
	return error;
}

static int read_machine(struct survey survey, struct topology *topology)
{
	int error;

	survey.late_groups = pci_groups_come_late(survey.sysfs);
	error = read_wanted(&survey);
	if (!error && survey.all)
		error = survey_for_all(&survey, pci_read);
	return error ? error : build(&survey, topology);
}

int survey(struct topology *topology, struct arena *arena, const struct settings *settings,
	   struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules)
{
	return read_machine((struct survey){ .arena = arena,
					     .settings = settings,
					     .source = source,
					     .sysfs = sysfs,
					     .modules = modules },
			    topology);
}

int survey_all(struct topology *topology, struct arena *arena, const struct settings *settings,
	       struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules)
{
	return read_machine((struct survey){ .arena = arena,
					     .settings = settings,
					     .source = source,
					     .sysfs = sysfs,
					     .modules = modules,
					     .all = true },
			    topology);
}

int survey_claimed(struct topology *topology, struct arena *arena, const struct settings *settings,
		   struct pci_source *source)
{
	const struct survey survey = {
		.arena = arena,
		.settings = settings,
		.source = source,
		.devices = topology->devices,
		.count = topology->count,
	};
	int error = read_claimed(&survey);

	return !error && asks_for_protected(&survey) ? read_protected(&survey) : error;
}

const struct selector *survey_find_missing(const struct topology *topology,
					   const struct settings *settings, bool with_group)
{
	bool grouped = with_group && topology->iommu == IOMMU_ON;

	for (size_t i = 0; i < settings->devs.count; i++) {
		const struct selector *selector = &settings->devs.items[i];
		/* A device behind a VMD cannot be taken by itself, so waiting for it is useless. */
		bool found = selector->exclude
				     ? selector->kind == SELECTOR_BOOT_VGA ||
					       picks_exclusion_holds(settings, topology, selector)
				     : picks_behind_vmd(selector);

		for (size_t j = 0; !found && !selector->exclude && j < topology->count; j++) {
			const struct device *device = &topology->devices[j];

			/* The group of a device with another id than the selector's is not read. */
			found = selector_matches(selector, device) &&
				(!grouped || device->group >= 0 ||
				 !selector_identity_holds(selector, device));
		}
		if (!found)
			return selector;
	}
	return NULL;
}
