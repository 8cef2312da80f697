// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/leftover.h"

#include <errno.h>
#include <string.h>

#include "lib/util.h"

const char *const leftover_drivers[2] = { "vfio-pci", "pci-stub" };

bool leftover_is_driver(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(leftover_drivers); i++)
		if (streq(driver, leftover_drivers[i]))
			return true;
	return false;
}

bool leftover_is_bound(const struct device *device)
{
	return device->driver && !device->driver_override && leftover_is_driver(device->driver);
}

/* Skips claims for other drivers. */
const struct selector *leftover_find_claim(const struct settings *settings,
					   const struct device *device)
{
	for (size_t i = 0; i < settings->claimed.count; i++) {
		const struct selector *claim = &settings->claimed.items[i];

		if (claim->kind == SELECTOR_ID && selector_matches(claim, device))
			return claim;
	}
	return NULL;
}

/* Returns the plan's group that has the device; NULL for none. */
static const struct planned_group *find_group(const struct plan *plan, const struct device *device)
{
	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++)
			if (plan->groups[i].members[j].device == device)
				return &plan->groups[i];
	return NULL;
}

/* Judges one device. Returns whether it is to be reported. */
static bool judge(const struct plan *plan, const struct settings *settings,
		  const struct topology *topology, const struct device *device,
		  struct leftover *leftover)
{
	bool bound = leftover_is_bound(device);
	const struct planned_group *group;

	*leftover = (struct leftover){ .device = device };
	if (!device->described || device->gone || device_is_bridge(device))
		return false;
	leftover->claim = leftover_find_claim(settings, device);
	if (!leftover->claim && !bound)
		return false;
	group = find_group(plan, device);
	if (group && !group->refused)
		return false;
	leftover->protection = plan_find_protection(settings, topology, device);
	leftover->give_back = bound && leftover->protection;
	/* A refused group is reported already. Somebody set an override on purpose. */
	return leftover->give_back ||
	       (leftover->claim && !group && !(device->driver_override && device->driver));
}

static const struct leftover *find_recorded(const struct plan *plan, const struct device *device)
{
	for (size_t i = 0; i < plan->leftover_count; i++)
		if (plan->leftovers[i].device == device)
			return &plan->leftovers[i];
	return NULL;
}

int leftover_list(struct plan *plan, struct arena *arena, const struct settings *settings,
		  const struct topology *topology)
{
	struct leftover *list, leftover;
	size_t count = 0, used = 0;

	for (size_t i = 0; i < topology->count; i++)
		count += judge(plan, settings, topology, &topology->devices[i], &leftover);
	list = count ? arena_allocate(arena, count, sizeof(*list)) : NULL;
	if (count && !list)
		return -ENOMEM;
	for (size_t i = 0; i < topology->count && used < count; i++) {
		const struct leftover *recorded;

		if (!judge(plan, settings, topology, &topology->devices[i], &leftover))
			continue;
		list[used] = leftover;
		recorded = find_recorded(plan, leftover.device);
		if (recorded) {
			list[used] = *recorded;
			list[used].claim = leftover.claim;
		}
		used++;
	}
	plan->leftovers = list;
	plan->leftover_count = count;
	return 0;
}

bool leftover_is_done(const struct plan *plan)
{
	for (size_t i = 0; i < plan->leftover_count; i++)
		if (plan->leftovers[i].give_back && plan->leftovers[i].result != RESULT_UNDONE)
			return false;
	return true;
}
