// SPDX-License-Identifier: GPL-2.0-or-later
#include "survey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "attached.h"
#include "framebuffer.h"
#include "guard.h"
#include "plan.h"
#include "util.h"

/* Where a survey puts what it reads, and whence it has it. */
struct survey {
	struct arena *arena;
	const struct settings *settings;
	struct pci_source *source;
	const struct sysfs *sysfs;
	struct module_context *modules;
	struct device *devices;
	size_t count;
};

static bool asks_of_all(const struct settings *settings, bool (*asks)(const struct selector *))
{
	for (size_t i = 0; i < settings->devs.count; i++)
		if (asks(&settings->devs.items[i]))
			return true;
	return false;
}

static bool asks_for_identity(const struct selector *selector)
{
	/* An id that is not where it should be is looked for everywhere. */
	return selector->kind == SELECTOR_ID || selector->kind == SELECTOR_CLASS ||
	       selector->kind == SELECTOR_BOOT_VGA || selector->has_identity;
}

static bool asks_for_path(const struct selector *selector)
{
	return selector->kind == SELECTOR_PATH;
}

static int for_all(const struct survey *survey,
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

static int read_details(const struct survey *survey, struct device *device)
{
	int error = pci_identify(survey->source, survey->arena, device);

	if (!error)
		error = pci_locate(survey->source, survey->arena, device);
	if (!error)
		error = pci_describe(survey->source, survey->arena, device);
	if (!error)
		error = find_variant(survey, device);
	/* Of a tree that is not this machine's, the addresses are not known. */
	if (!error && device->class >> 16 == PCI_CLASS_DISPLAY && !device->framebuffer &&
	    streq(survey->sysfs->root, "/sys"))
		error = framebuffer_find(survey->sysfs, survey->arena, IOMEM_PATH, device);
	return error;
}

/* Reads everything about the groups of all listed devices. */
static int read_groups(const struct survey *survey)
{
	int error = 0;

	for (size_t i = 0; i < survey->count; i++) {
		struct device *device = &survey->devices[i];

		if (!plan_picks(survey->settings, device))
			continue;
		pci_find_group(survey->source, device);
		/* Details of one that has no group tell whether it is a bridge. */
		error = read_details(survey, device);
		if (error)
			return error;
	}
	for (size_t i = 0; !error && i < survey->count; i++)
		if (survey->devices[i].group >= 0)
			error = read_details(survey, &survey->devices[i]);
	return error;
}

static bool may_be_moved(const struct selector_list *needed, const struct device *device)
{
	for (size_t i = 0; i < needed->count; i++)
		if (guard_may_be_moved(&needed->items[i], device))
			return true;
	return false;
}

/* Whether a device to be taken is like one that the host needs elsewhere: who sits there decides.
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

/* Reads who sits where, for that. */
static int read_protected(const struct survey *survey)
{
	int error = for_all(survey, pci_identify);

	return error ? error : for_all(survey, pci_locate);
}

/* Of a tree that is not this machine's, nothing is known: it is taken for a new kernel's. */
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
	int error = pci_scan(survey->source, survey->arena, &survey->devices, &survey->count);

	if (!error && asks_of_all(settings, asks_for_identity))
		error = for_all(survey, pci_identify);
	/* Of members that are gone, only the places of all devices tell. */
	if (!error && (settings->members.written || asks_of_all(settings, asks_for_path)))
		error = for_all(survey, pci_locate);
	if (!error)
		error = read_groups(survey);
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

	topology->counts_owners = kernel_counts_owners(survey->sysfs);
	return error;
}

static int read_machine(struct survey survey, bool all, struct topology *topology)
{
	int error = read_wanted(&survey);

	if (!error && all)
		error = for_all(&survey, pci_read);
	return error ? error : build(&survey, topology);
}

int survey(struct topology *topology, struct arena *arena, const struct settings *settings,
	   struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules)
{
	return read_machine((struct survey){ arena, settings, source, sysfs, modules, NULL, 0 },
			    false, topology);
}

int survey_all(struct topology *topology, struct arena *arena, const struct settings *settings,
	       struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules)
{
	return read_machine((struct survey){ arena, settings, source, sysfs, modules, NULL, 0 },
			    true, topology);
}

const struct selector *survey_find_missing(const struct topology *topology,
					   const struct settings *settings, bool with_group)
{
	bool grouped = with_group && topology->iommu == IOMMU_ON;

	for (size_t i = 0; i < settings->devs.count; i++) {
		const struct selector *selector = &settings->devs.items[i];
		bool found = selector->exclude;

		for (size_t j = 0; !found && j < topology->count; j++) {
			const struct device *device = &topology->devices[j];

			/* Of what is not taken for its id the group is not read. */
			found = selector_matches(selector, device) &&
				(!grouped || device->group >= 0 ||
				 !selector_identity_holds(selector, device));
		}
		if (!found)
			return selector;
	}
	return NULL;
}
