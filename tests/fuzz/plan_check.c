// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/strict_json.h"
#include "fuzz.h"
#include "machine/module.h"
#include "plan/explain.h"
#include "plan/report.h"

static bool matches_any(const struct selector_list *list, const struct device *device, bool exclude,
			bool with_identity)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].exclude == exclude &&
		    selector_matches(&list->items[i], device) &&
		    (!with_identity || selector_identity_holds(&list->items[i], device)))
			return true;
	return false;
}

static bool is_picked(const struct settings *settings, const struct topology *topology,
		      const struct device *device)
{
	return !device_is_bridge(device) && matches_any(&settings->devs, device, false, true) &&
	       !matches_any(&settings->devs, device, true, false) &&
	       plan_picks(settings, topology, device);
}

static bool slot_is_picked(const struct settings *settings, const struct topology *topology,
			   const struct device *device)
{
	for (size_t i = 0; i < topology->count; i++)
		if (pci_address_same_slot(&topology->devices[i].address, &device->address) &&
		    is_picked(settings, topology, &topology->devices[i]))
			return true;
	return false;
}

/* Returns whether force waives that reason for the device. */
static bool is_waived(const struct settings *settings, const struct device *device,
		      enum refusal refusal)
{
	bool bare = refusal == REFUSAL_STORAGE || refusal == REFUSAL_BOOT_DISPLAY;

	for (size_t i = 0; i < settings->force.count; i++) {
		const struct selector *word = &settings->force.items[i];

		if ((word->reason == refusal || (bare && word->reason == REFUSAL_NONE)) &&
		    selector_matches(word, device) && selector_identity_holds(word, device))
			return true;
	}
	return false;
}

/* Returns whether devs names the device by its address or path. */
static bool is_named(const struct settings *settings, const struct device *device)
{
	for (size_t i = 0; i < settings->devs.count; i++) {
		const struct selector *selector = &settings->devs.items[i];

		if ((selector->kind == SELECTOR_FUNCTION || selector->kind == SELECTOR_PATH) &&
		    !selector->exclude && selector_matches(selector, device) &&
		    selector_identity_holds(selector, device))
			return true;
	}
	return false;
}

/* Checks a device that is to be taken. */
static void check_taken(const struct settings *settings, const struct topology *topology,
			const struct member *member)
{
	const struct device *device = member->device;

	FUZZ_CHECK(device->group >= 0 && device->described && !device->gone);
	FUZZ_CHECK(!device_is_bridge(device) && member->driver && !member->blocks);
	FUZZ_CHECK(!settings->driver || streq(member->driver, settings->driver));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_EXCLUDED) ||
		   !matches_any(&settings->devs, device, true, false));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_PROTECTED) ||
		   !matches_any(&settings->protect, device, false, false));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_NETWORK) || is_named(settings, device) ||
		   !matches_any(&settings->network, device, false, false));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_VIRTUAL_FUNCTIONS) ||
		   !device->virtual_functions);
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_CONSOLE) || !device->console);
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_WATCHDOG) || !device->watchdog);
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_NEWCOMER) || !settings->members.written ||
		   matches_any(&settings->members, device, false, true));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_STORAGE) || !device_is_storage(device) ||
		   is_picked(settings, topology, device) ||
		   (device->boot_display && slot_is_picked(settings, topology, device)));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_BOOT_DISPLAY) || !device->boot_display ||
		   slot_is_picked(settings, topology, device));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_HOST_UNKNOWN) || settings->host_known ||
		   is_named(settings, device) || !device_is_network(device));
	FUZZ_CHECK(is_waived(settings, device, REFUSAL_HOST_UNKNOWN) || settings->host_known ||
		   is_named(settings, device) || !device_is_storage(device) ||
		   !is_picked(settings, topology, device));
}

static size_t count_actions(const struct plan *plan, enum action_kind kind,
			    const struct member *member)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->action_count; i++)
		count += plan->actions[i].kind == kind && plan->actions[i].member == member;
	return count;
}

static void check_member(const struct plan *plan, const struct planned_group *group,
			 const struct member *member)
{
	const struct device *device = member->device;
	bool taken = !group->refused && member->role == ROLE_TAKE;
	bool has_driver = taken && device->driver && streq(device->driver, member->driver);
	bool has_override =
		taken && device->driver_override && streq(device->driver_override, member->driver);

	if (member->role == ROLE_LOST) {
		FUZZ_CHECK(device->vmd && device->vmd->group == group->number);
		FUZZ_CHECK(!count_actions(plan, ACTION_BIND, member));
		FUZZ_CHECK(!count_actions(plan, ACTION_OVERRIDE, member));
		return;
	}
	FUZZ_CHECK(member->role == (device_is_bridge(device) ? ROLE_LEAVE : ROLE_TAKE));
	FUZZ_CHECK(count_actions(plan, ACTION_BIND, member) == (taken && !has_driver));
	FUZZ_CHECK(count_actions(plan, ACTION_OVERRIDE, member) == (taken && !has_override));
	FUZZ_CHECK(member->result == (taken ? RESULT_PENDING : RESULT_LEFT));
	FUZZ_CHECK(device->group == group->number);
}

static void check_group(const struct plan *plan, const struct settings *settings,
			const struct topology *topology, const struct planned_group *group)
{
	size_t blamed = 0, picked = 0, members = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];

		check_member(plan, group, member);
		blamed += member->refusal != REFUSAL_NONE;
		picked += is_picked(settings, topology, member->device);
		if (!group->refused && member->role == ROLE_TAKE)
			check_taken(settings, topology, member);
	}
	FUZZ_CHECK(group->refused == (blamed > 0));
	FUZZ_CHECK(picked > 0);
	for (size_t i = 0; group->number >= 0 && i < topology->count; i++)
		members += topology->devices[i].group == group->number ||
			   (topology->devices[i].vmd &&
			    topology->devices[i].vmd->group == group->number);
	FUZZ_CHECK(group->count == (group->number < 0 ? 1 : members));
	FUZZ_CHECK(group->number >= 0 || group->refused);
	for (const struct planned_group *other = plan->groups; other < group; other++)
		FUZZ_CHECK(other->number != group->number || group->number < 0);
}

static void check_action(const struct action *action)
{
	if (action->kind == ACTION_LOAD) {
		FUZZ_CHECK(action->module && !action->group && !action->member);
		return;
	}
	FUZZ_CHECK(!action->module && action->group && !action->group->refused);
	FUZZ_CHECK(action->member >= action->group->members &&
		   action->member < action->group->members + action->group->count);
}

static void check_modules(const struct plan *plan)
{
	for (size_t i = 0; i < plan->module_count; i++) {
		const char *name = plan->modules[i].name;
		size_t needed = 0;

		for (size_t j = 0; j < i; j++)
			FUZZ_CHECK(!streq(plan->modules[j].name, name));
		for (size_t j = 0; j < plan->action_count; j++)
			needed += plan->actions[j].kind == ACTION_BIND &&
				  streq(plan->actions[j].member->driver, name);
		FUZZ_CHECK(needed || streq(name, MODULE_IOMMU));
		FUZZ_CHECK(plan->modules[i].required == (needed > 0));
	}
}

void plan_check(const struct plan *plan, const struct settings *settings,
		const struct topology *topology)
{
	if (settings_find_stop(settings) || plan->stopped) {
		FUZZ_CHECK(!plan->group_count && !plan->action_count && !plan->module_count);
		return;
	}
	for (size_t i = 0; i < plan->group_count; i++)
		check_group(plan, settings, topology, &plan->groups[i]);
	for (size_t i = 0; i < plan->action_count; i++) {
		check_action(&plan->actions[i]);
		FUZZ_CHECK(i == 0 || plan->actions[i - 1].kind <= plan->actions[i].kind);
	}
	check_modules(plan);
	/* Every device that a selector picks is in a decided group. */
	for (size_t i = 0; i < topology->count; i++) {
		const struct device *device = &topology->devices[i];
		/* A device behind a VMD has a finding instead of a group. */
		bool found = device->vmd || !is_picked(settings, topology, device);

		for (size_t j = 0; !found && j < plan->group_count; j++)
			for (size_t k = 0; k < plan->groups[j].count; k++)
				found |= plan->groups[j].members[k].device == device;
		FUZZ_CHECK(found);
	}
}

static void check_sentence(const char *text)
{
	FUZZ_CHECK(text && *text && fuzz_is_printable(text, SIZE_MAX));
}

/* Each sentence is one line, whatever names are in it. */
static void check_sentences(struct run *run)
{
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		check_sentence(explain_problem(run->arena, problem));
	for (size_t i = 0; i < run->plan.finding_count; i++)
		check_sentence(explain_finding(run->arena, &run->plan.findings[i]));
	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		if (group->refused)
			check_sentence(explain_refusal(run, group));
		for (size_t j = 0; j < group->count; j++)
			if (group->members[j].blocks)
				check_sentence(explain_block(run->arena, &group->members[j]));
	}
	check_sentence(explain_summary(run));
}

void plan_check_reports(struct run *run)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	check_sentences(run);
	report_json(run, out);
	fclose(out);
	json_check(text, size, NULL);
	free(text);
	out = open_memstream(&text, &size);
	report_text(run, out, NULL, NULL);
	fclose(out);
	for (char *rest = text, *line; (line = fuzz_line(&rest));)
		FUZZ_CHECK(fuzz_is_printable(line, SIZE_MAX));
	free(text);
}
