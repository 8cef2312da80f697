// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "machine/module.h"
#include "plan/findings.h"
#include "plan/guard.h"
#include "plan/picks.h"

/*
 * A device that the host needs is protected by its place, even if another id is there
 * now. If nothing with its id is there, the device with that id may be it, moved.
 */
const struct selector *plan_find_protection(const struct settings *settings,
					    const struct topology *topology,
					    const struct device *device)
{
	return guard_find_needed(&settings->protect, topology, device);
}

/* Sets the member's refusal or forced from its holds. */
static void sum_up(struct member *member)
{
	const struct hold *first = member->holds;

	for (size_t i = 0; i < member->hold_count; i++) {
		if (member->holds[i].force)
			continue;
		first = &member->holds[i];
		member->refusal = first->refusal;
		break;
	}
	member->blame = first->blame;
	if (member->refusal == REFUSAL_NONE) {
		member->forced = first->refusal;
		member->force = first->force;
	}
}

static int judge_member(const struct settings *settings, const struct topology *topology,
			struct member *member, struct arena *arena)
{
	const struct guard_view view = {
		.settings = settings,
		.topology = topology,
		.device = member->device,
		.excluded = picks_find_exclusion(settings, topology, member->device),
		.listed = picks_list(settings, topology, member->device),
	};
	struct hold holds[REFUSAL_COUNT], *kept;
	size_t count = guard_judge(&view, holds);

	if (!count)
		return 0;
	kept = arena_allocate(arena, count, sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	memcpy(kept, holds, count * sizeof(*kept));
	member->holds = kept;
	member->hold_count = count;
	sum_up(member);
	return 0;
}

const struct hold *member_hold(const struct member *member, enum refusal refusal)
{
	for (size_t i = 0; i < member->hold_count; i++)
		if (member->holds[i].refusal == refusal)
			return &member->holds[i];
	return NULL;
}

/*
 * Returns whether the driver of a bridge that is left alone keeps virtual machines from
 * opening the group. All do except those with driver_managed_dma in their struct
 * pci_driver.
 */
static bool keeps_group_shut(const struct topology *topology, const struct device *device)
{
	static const char *const harmless[] = { "pcieport", "pci-stub", "vfio-pci" };

	if (!device->driver || (!topology->counts_owners && device->header_type))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (streq(device->driver, harmless[i]))
			return false;
	return true;
}

/* Returns whether the member goes away with another member of its group, its VMD. */
static bool is_lost(const struct planned_group *planned, const struct member *member)
{
	const struct device *vmd = member->device->vmd;

	return vmd && vmd->group == planned->number;
}

static int decide_member(const struct settings *settings, const struct topology *topology,
			 const struct planned_group *planned, struct member *member,
			 struct arena *arena)
{
	const struct device *device = member->device;

	/* No guard judges it: at boot it does not exist until its VMD has a driver. */
	if (is_lost(planned, member)) {
		member->role = ROLE_LOST;
		member->result = RESULT_LOST;
		return 0;
	}
	member->selector = picks_find_pick(settings, device);
	if (device_is_bridge(device)) {
		member->role = ROLE_LEAVE;
		member->result = RESULT_LEFT;
		member->selector = NULL;
		member->blocks = keeps_group_shut(topology, device);
		return 0;
	}
	if (settings->driver)
		member->driver = settings->driver;
	else
		member->driver = device->variant_driver ? device->variant_driver : "vfio-pci";
	/* It may be spelled with '-' where its module has '_'. */
	if (device->driver && text_same_name(device->driver, member->driver))
		member->driver = device->driver;
	member->claim = picks_find(&settings->claimed, device, false, true);
	return judge_member(settings, topology, member, arena);
}

/* Returns whether the device goes away with a VMD of this group but is in another group. */
static bool is_lost_beside(const struct planned_group *planned, const struct device *device)
{
	return device->vmd && planned->number >= 0 && device->vmd->group == planned->number &&
	       device->group != planned->number;
}

/* Lists the members of a group, then the devices that go away with it. */
static int list_members(struct planned_group *planned, struct arena *arena,
			const struct topology *topology, struct device *const *members,
			size_t count)
{
	size_t beside = 0;

	planned->number = members[0]->group;
	for (size_t i = 0; i < topology->count; i++)
		beside += is_lost_beside(planned, &topology->devices[i]);
	planned->members = arena_allocate(arena, count + beside, sizeof(struct member));
	if (!planned->members)
		return -ENOMEM;
	while (planned->count < count) {
		planned->members[planned->count].device = members[planned->count];
		planned->count++;
	}
	for (size_t i = 0; i < topology->count; i++)
		if (is_lost_beside(planned, &topology->devices[i]))
			planned->members[planned->count++].device = &topology->devices[i];
	return 0;
}

static int decide_group(struct planned_group *planned, struct arena *arena,
			const struct settings *settings, const struct topology *topology,
			struct device *const *members, size_t count)
{
	int error = list_members(planned, arena, topology, members, count);

	if (error)
		return error;
	for (size_t i = 0; i < planned->count; i++) {
		if (decide_member(settings, topology, planned, &planned->members[i], arena))
			return -ENOMEM;
		planned->refused |= planned->members[i].refusal != REFUSAL_NONE;
	}
	for (size_t i = 0; planned->refused && i < planned->count; i++)
		planned->members[i].result = RESULT_LEFT;
	return 0;
}

static int decide_groups(struct plan *plan, struct arena *arena, const struct settings *settings,
			 const struct topology *topology)
{
	size_t wanted = 0;
	int error;

	for (size_t i = 0; i < topology->group_count; i++)
		wanted += picks_take_group(settings, topology, &topology->groups[i]);
	for (size_t i = 0; i < topology->count; i++)
		wanted += topology->devices[i].group < 0 &&
			  picks_take(settings, topology, &topology->devices[i]);
	plan->groups = arena_allocate(arena, wanted + 1, sizeof(struct planned_group));
	if (!plan->groups)
		return -ENOMEM;
	for (size_t i = 0; i < topology->group_count; i++) {
		const struct group *group = &topology->groups[i];

		if (!picks_take_group(settings, topology, group))
			continue;
		error = decide_group(&plan->groups[plan->group_count++], arena, settings, topology,
				     group->members, group->count);
		if (error)
			return error;
	}
	for (size_t i = 0; i < topology->count; i++) {
		struct device *device = &topology->devices[i];

		if (device->group >= 0 || !picks_take(settings, topology, device))
			continue;
		error = decide_group(&plan->groups[plan->group_count++], arena, settings, topology,
				     &device, 1);
		if (error)
			return error;
	}
	return 0;
}

static bool needs_override(const struct member *member)
{
	return !member->device->driver_override ||
	       !streq(member->device->driver_override, member->driver);
}

static bool needs_bind(const struct member *member)
{
	return !member->device->driver || !streq(member->device->driver, member->driver);
}

/* The framebuffer's driver would go on drawing and keep a virtual machine from the memory. */
static bool needs_eviction(const struct member *member)
{
	return member->device->framebuffer && needs_bind(member);
}

static struct action *add_action(struct plan *plan, enum action_kind kind)
{
	struct action *action = &plan->actions[plan->action_count++];

	action->kind = kind;
	return action;
}

static void add_member_actions(struct plan *plan, enum action_kind kind,
			       bool (*needed)(const struct member *member))
{
	for (size_t i = 0; i < plan->group_count; i++) {
		struct planned_group *group = &plan->groups[i];

		for (size_t j = 0; !group->refused && j < group->count; j++) {
			struct member *member = &group->members[j];

			if (member->role == ROLE_TAKE && needed(member)) {
				struct action *action = add_action(plan, kind);

				action->group = group;
				action->member = member;
			}
		}
	}
}

/* Lists a driver's module once. */
static void add_module(struct plan *plan, const char *name, bool required)
{
	for (size_t i = 0; i < plan->module_count; i++)
		if (streq(plan->modules[i].name, name))
			return;
	plan->modules[plan->module_count++] =
		(struct planned_module){ .name = name, .required = required };
}

static void add_modules(struct plan *plan)
{
	bool vfio = false;

	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = &plan->actions[i];

		if (action->kind == ACTION_BIND) {
			add_module(plan, action->member->driver, true);
			vfio |= module_is_vfio(action->member->driver);
		}
	}
	/* Kernels with only iommufd lack this module. */
	if (vfio)
		add_module(plan, MODULE_IOMMU, false);
}

static int compare_members(const void *a, const void *b)
{
	const struct member *left = *(struct member *const *)a;
	const struct member *right = *(struct member *const *)b;

	return pci_address_compare(&left->device->address, &right->device->address);
}

static int list_binds(struct plan *plan, struct arena *arena)
{
	plan->binds = arena_allocate(arena, plan->action_count + 1, sizeof(*plan->binds));
	if (!plan->binds)
		return -ENOMEM;
	for (size_t i = 0; i < plan->action_count; i++)
		if (plan->actions[i].kind == ACTION_BIND)
			plan->binds[plan->bind_count++] = plan->actions[i].member;
	qsort(plan->binds, plan->bind_count, sizeof(*plan->binds), compare_members);
	return 0;
}

static int list_actions(struct plan *plan, struct arena *arena)
{
	size_t members = 0, before, binds;

	for (size_t i = 0; i < plan->group_count; i++)
		members += plan->groups[i].count;
	plan->modules = arena_allocate(arena, members + 1, sizeof(struct planned_module));
	plan->actions = arena_allocate(arena, 4 * members + 1, sizeof(struct action));
	if (!plan->modules || !plan->actions)
		return -ENOMEM;
	add_member_actions(plan, ACTION_OVERRIDE, needs_override);
	/*
	 * Before modules, because loading may bind; and nothing may draw on a display
	 * that sleeps.
	 */
	add_member_actions(plan, ACTION_EVICT_FRAMEBUFFER, needs_eviction);
	before = plan->action_count;
	add_member_actions(plan, ACTION_BIND, needs_bind);
	add_modules(plan);
	/* Modules are listed last, when all drivers are known, but loaded before the binds. */
	binds = plan->action_count - before;
	memmove(&plan->actions[before + plan->module_count], &plan->actions[before],
		binds * sizeof(struct action));
	for (size_t i = 0; i < plan->module_count; i++)
		plan->actions[before + i] =
			(struct action){ .kind = ACTION_LOAD, .module = &plan->modules[i] };
	plan->action_count += plan->module_count;
	return list_binds(plan, arena);
}

int plan_make(struct plan *plan, struct arena *arena, const struct settings *settings,
	      const struct topology *topology)
{
	int error;

	memset(plan, 0, sizeof(*plan));
	plan->iommu = topology->iommu;
	if (settings_find_stop(settings))
		return 0;
	error = decide_groups(plan, arena, settings, topology);
	if (!error)
		error = findings_list(plan, arena, settings, topology);
	/* The exclusion may mean anything that the other selectors pick. */
	if (plan->stopped)
		plan->group_count = 0;
	if (!error)
		error = list_actions(plan, arena);
	return error;
}
