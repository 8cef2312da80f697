// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check/boot_loader.h"
#include "check/check.h"
#include "lib/paths.h"
#include "lib/textfile.h"
#include "plan/explain.h"

#define EDIT_THEN_REGENERATE "vi +%u " CONFIG_PATH " && vfio-early regenerate"

/* Returns the command that opens the place of an origin; NULL if that is not in the config. */
static const char *edit_at(const struct check *check, const struct origin *origin)
{
	if (!origin->source ||
	    (!streq(origin->source, CONFIG_PATH) && !root_ends_with(origin->source, CONFIG_PATH)))
		return NULL;
	return root_print(&check->root, EDIT_THEN_REGENERATE, origin->line ? origin->line : 1);
}

void check_settings(struct check *check)
{
	const struct settings *settings = &check->run->settings;
	const char *parameter;

	for (const struct problem *problem = settings->problems; problem; problem = problem->next)
		check_say(check, CHECK_ERROR, "config", edit_at(check, &problem->origin), "%s",
			  explain_problem(check->arena, problem));
	if (settings_find_stop(settings))
		check_say(check, CHECK_ERROR, "stopped",
			  edit_at(check, &settings_find_stop(settings)->origin), "%s",
			  explain_stop(check->arena, settings));
	if (settings->off) {
		parameter = check_parameter(check, "vfio_early", NULL);
		check_say(check, CHECK_ERROR, "off",
			  check_be_careful(
				  check,
				  check_parameter_fix(check, BOOT_LOADER_REMOVE,
						      parameter ? parameter : "vfio_early=off")),
			  "the rescue switch is on: with %s on the kernel command line nothing is "
			  "taken",
			  parameter ? parameter : "vfio_early=off");
	} else if (!settings->in_boot) {
		check_say(check, CHECK_ERROR, "off", check_be_careful(check, "vfio-early on"),
			  "boot = nothing is in %s, so nothing is taken",
			  explain_origin(check->arena, &settings->origins[SETTING_BOOT]));
	} else if (settings->devs.count == 0) {
		check_say(check, CHECK_WARNING, "nothing-listed",
			  "vi " CONFIG_PATH " && vfio-early regenerate",
			  "nothing is listed in " CONFIG_PATH
			  ", so nothing will be taken: add a line such as devs = 01:00.0");
	}
}

static const char *address_of(const struct check *check, const struct device *device)
{
	char text[PCI_ADDRESS_SIZE];

	return root_print(&check->root, "%s", pci_address_format(&device->address, text));
}

static bool same_slot(const struct device *a, const struct device *b)
{
	return a->address.domain == b->address.domain && a->address.bus == b->address.bus &&
	       a->address.device == b->address.device;
}

/* Returns the listed member nearest to a device. */
static const struct member *find_listed(const struct planned_group *group,
					const struct device *device)
{
	const struct member *listed = NULL;

	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];

		if (!member->selector)
			continue;
		if (same_slot(member->device, device))
			return member;
		listed = listed ? listed : member;
	}
	return listed;
}

/*
 * Reports other cards that come along because the group does not separate them from a
 * listed one.
 */
static void check_companions(struct check *check, const struct planned_group *group)
{
	const struct member *listed = NULL;
	const char *list = "";
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];
		const struct member *nearest = find_listed(group, member->device);

		if (member->role != ROLE_TAKE || member->selector || !nearest ||
		    same_slot(nearest->device, member->device))
			continue;
		list = root_print(&check->root, "%s%s%s%s%s", list, count++ ? ", " : "",
				  address_of(check, member->device),
				  member->device->driver ? " of " : "",
				  member->device->driver ? member->device->driver : "");
		listed = nearest;
	}
	if (count == 0)
		return;
	check_say(check, CHECK_WARNING, "companions",
		  "vfio-early pin --write && vfio-early regenerate",
		  "group %d: %s will be taken along with %s, because no ACS separates them: move "
		  "the card to another slot, or accept them by name; pcie_acs_override= does not "
		  "help: mainline kernels ignore it, and it only claims that they are separate",
		  group->number, list, address_of(check, listed->device));
}

static const char *fix_refusal(struct check *check, const struct member *member)
{
	switch (member->refusal) {
	case REFUSAL_NO_GROUP:
		if (!explain_wants_intel_iommu(member->device))
			return "dmesg | grep -i iommu";
		return check_parameter_fix(check, BOOT_LOADER_ADD, "intel_iommu=on");
	case REFUSAL_VIRTUAL_FUNCTIONS:
		return root_print(&check->root, "echo 0 >/sys/bus/pci/devices/%s/sriov_numvfs",
				  address_of(check, member->device));
	case REFUSAL_NEWCOMER:
		return "vfio-early pin --write && vfio-early regenerate";
	case REFUSAL_EXCLUDED:
	case REFUSAL_PROTECTED:
		if (member->blame && edit_at(check, &member->blame->origin))
			return edit_at(check, &member->blame->origin);
		break;
	default:
		break;
	}
	return "vfio-early plan";
}

static void check_refusal(struct check *check, const struct planned_group *group)
{
	const struct member *member = group->members;

	while (member < group->members + group->count - 1 && member->refusal == REFUSAL_NONE)
		member++;
	/* That the IOMMU is off is reported once. */
	if (member->refusal == REFUSAL_NO_GROUP && check->run->plan.iommu != IOMMU_ON)
		return;
	check_say(check, CHECK_ERROR, "refused", fix_refusal(check, member), "%s",
		  explain_refusal(check->run, group));
}

void check_groups(struct check *check)
{
	const struct plan *plan = &check->run->plan;

	if (!check->planned)
		return;
	for (size_t i = 0; i < plan->finding_count; i++)
		check_say(check, CHECK_ERROR, "selector",
			  edit_at(check, &plan->findings[i].selector->origin), "%s",
			  explain_finding(check->arena, &plan->findings[i]));
	for (size_t i = 0; i < plan->leftover_count; i++) {
		const char *selector = explain_leftover_selector(check->arena, &plan->leftovers[i]);

		check_say(check, selector ? CHECK_WARNING : CHECK_NOTE, "ids-left",
			  selector ? root_print(&check->root, "vfio-early add %s", selector) : NULL,
			  "%s", explain_leftover(check->run, &plan->leftovers[i]));
	}
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		if (group->refused) {
			check_refusal(check, group);
			continue;
		}
		if (!check->run->settings.members.written)
			check_companions(check, group);
		for (size_t j = 0; j < group->count; j++)
			if (group->members[j].blocks)
				check_say(check, CHECK_WARNING, "bridge", NULL, "%s",
					  explain_block(check->arena, &group->members[j]));
	}
}
