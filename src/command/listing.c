// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/listing.h"

#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "machine/module.h"

static size_t index_of(const struct listing *listing, const struct device *device)
{
	return (size_t)(device - listing->run->topology.devices);
}

const struct listed *listing_of(const struct listing *listing, const struct device *device)
{
	return &listing->functions[index_of(listing, device)];
}

const struct traits *listing_traits(const struct listing *listing, const struct device *device)
{
	return &listing->traits[index_of(listing, device)];
}

static enum listing_now judge_now(const struct listed_group *group)
{
	size_t endpoints = 0, taken = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct device *device = group->members[i];

		if (device->gone || device_is_bridge(device))
			continue;
		endpoints++;
		taken += device->driver && module_is_vfio(device->driver);
	}
	if (!taken)
		return LISTING_HOST;
	return taken == endpoints ? LISTING_TAKEN : LISTING_PARTLY;
}

/* Records what the plan says about each function. */
static void note_plan(const struct listing *listing)
{
	const struct plan *plan = &listing->run->plan;

	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		for (size_t j = 0; j < group->count; j++)
			listing->functions[index_of(listing, group->members[j].device)].member =
				&group->members[j];
	}
}

static void add_group(struct listing *listing, const struct settings *filter, int number,
		      struct device *const *members, size_t count)
{
	struct listed_group *group = &listing->groups[listing->group_count++];

	*group = (struct listed_group){ .number = number, .members = members, .count = count };
	group->now = judge_now(group);
	group->shown = !filter;
	for (size_t i = 0; !group->shown && i < count; i++)
		group->shown = plan_picks(filter, &listing->run->topology, members[i]);
	for (size_t i = 0; i < count; i++)
		listing->functions[index_of(listing, members[i])].shown = group->shown;
}

/* The plan's groups are in the same order: by number, then those without one. */
static void join_plan(struct listing *listing)
{
	const struct plan *plan = &listing->run->plan;
	size_t next = 0;

	for (size_t i = 0; i < listing->group_count && next < plan->group_count; i++)
		if (plan->groups[next].members[0].device == listing->groups[i].members[0])
			listing->groups[i].planned = &plan->groups[next++];
}

static int add_groups(struct listing *listing, const struct settings *filter)
{
	const struct topology *topology = &listing->run->topology;
	struct device **alone;
	size_t left = 0;

	for (size_t i = 0; i < topology->count; i++)
		left += topology->devices[i].group < 0;
	alone = arena_allocate(listing->run->arena, left + 1, sizeof(struct device *));
	listing->groups = arena_allocate(listing->run->arena, topology->group_count + left + 1,
					 sizeof(*listing->groups));
	if (!alone || !listing->groups)
		return -ENOMEM;
	for (size_t i = 0; i < topology->group_count; i++)
		add_group(listing, filter, topology->groups[i].number, topology->groups[i].members,
			  topology->groups[i].count);
	for (size_t i = 0; i < topology->count; i++) {
		if (topology->devices[i].group >= 0)
			continue;
		*alone = &topology->devices[i];
		add_group(listing, filter, -1, alone++, 1);
	}
	return 0;
}

/* Records what the host needs a function for. */
static void note_needs(struct listed *listed, const struct run *run, const struct device *device)
{
	listed->protect = plan_find_protection(&run->settings, &run->topology, device);
	listed->network = guard_find_needed(&run->settings.network, &run->topology, device);
}

int listing_make(struct listing *listing, const struct run *run, const struct sysfs *sysfs,
		 const struct settings *filter)
{
	const struct topology *topology = &run->topology;
	struct traits *traits;
	int error = traits_read(sysfs, run->arena, topology, &traits);

	if (error)
		return error;
	listing->run = run;
	listing->traits = traits;
	listing->functions =
		arena_allocate(run->arena, topology->count + 1, sizeof(*listing->functions));
	if (!listing->functions)
		return -ENOMEM;
	for (size_t i = 0; i < topology->count; i++)
		if (!device_is_bridge(&topology->devices[i]))
			note_needs(&listing->functions[i], run, &topology->devices[i]);
	note_plan(listing);
	error = add_groups(listing, filter);
	if (!error)
		join_plan(listing);
	for (size_t i = 0; !error && i < listing->group_count; i++)
		error = listing_judge(listing, &listing->groups[i]);
	return error;
}
