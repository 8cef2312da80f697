// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be done with a group, by the guards that the plan asks. */
#include <errno.h>
#include <string.h>

#include "command/listing.h"
#include "machine/module.h"
#include "plan/explain.h"
#include "plan/explain_kept.h"
#include "plan/picks.h"

static bool is_minor(const struct listing *listing, const struct device *device)
{
	if (device->gone)
		return false;
	return device_is_bridge(device) ||
	       (device_is_chipset(device) && !listing_of(listing, device)->protect);
}

/* Returns whether the function can be taken by itself as far as its kind is concerned. */
static bool is_endpoint(const struct listed_group *group, const struct device *device)
{
	/* What is behind a VMD of the group goes with it. */
	return !device_is_bridge(device) && !(device->vmd && device->vmd->group == group->number);
}

/* Returns whether the guard only asks for a selector that lists the device. */
static bool asks_to_be_listed(enum refusal refusal)
{
	return refusal == REFUSAL_STORAGE || refusal == REFUSAL_BOOT_DISPLAY ||
	       refusal == REFUSAL_NETWORK || refusal == REFUSAL_HOST_UNKNOWN;
}

/* Finds the first guard that would hold a device. Returns whether there is one. */
static bool find_hold(const struct listing *listing, const struct device *device, bool as_listed,
		      struct hold *hold)
{
	struct selector place = { .kind = SELECTOR_FUNCTION, .address = device->address };
	struct settings settings = listing->run->settings;
	const struct guard_view view = {
		.settings = &settings,
		.topology = &listing->run->topology,
		.device = device,
		.listed = as_listed,
		.group_later = device->group < 0,
	};
	struct hold holds[REFUSAL_COUNT];
	size_t count;

	settings.devs = (struct selector_list){ .items = &place, .count = as_listed };
	/* What is pinned was pinned for the configured devices. */
	settings.members = (struct selector_list){ 0 };
	count = guard_judge(&view, holds);
	for (size_t i = 0; i < count; i++) {
		if (holds[i].force)
			continue;
		*hold = holds[i];
		return true;
	}
	return false;
}

bool listing_find_hold(const struct listing *listing, const struct device *device,
		       struct hold *hold)
{
	return find_hold(listing, device, true, hold);
}

/* Finds what keeps the group if this member alone is listed. Returns their number. */
static size_t find_keepers(const struct listing *listing, const struct listed_group *group,
			   struct keeper *keepers)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct device *device = group->members[i];

		if (!is_endpoint(group, device) ||
		    !find_hold(listing, device, device == group->wanted, &keepers[count].hold))
			continue;
		keepers[count++].device = device;
	}
	return count;
}

/* Returns whether the device is a part of the graphics card that shows the boot. */
static bool goes_with_display(const struct listing *listing, const struct listed_group *group,
			      const struct device *device)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct device *display = group->members[i];

		if (display->boot_display && display != device &&
		    pci_address_same_slot(&display->address, &device->address))
			return picks_is_card(&listing->run->topology, display);
	}
	return false;
}

/*
 * Returns how much a device looks like what somebody wants from its group: storage and the
 * boot display are rather in the way, parts of the chipset and of a card come along.
 */
static int attraction(const struct listing *listing, const struct listed_group *group,
		      const struct device *device)
{
	if (!is_endpoint(group, device))
		return 0;
	if (device_is_chipset(device) || goes_with_display(listing, group, device) ||
	    (device->class >> 16 == PCI_CLASS_UNKNOWN && !device->driver))
		return 1;
	return device_is_storage(device) || device->boot_display ? 2 : 3;
}

/* Returns the member of a group that is judged; NULL if it has only bridges. */
static const struct device *find_wanted(const struct listing *listing,
					const struct listed_group *group)
{
	const struct device *wanted = NULL;
	int most = 0;

	for (size_t i = 0; i < group->count; i++) {
		int is = attraction(listing, group, group->members[i]);

		if (is > most) {
			most = is;
			wanted = group->members[i];
		}
	}
	return wanted;
}

/* Copies what the plan says: these members keep a group that is listed. */
static size_t copy_keepers(const struct planned_group *planned, struct keeper *keepers)
{
	size_t count = 0;

	for (size_t i = 0; i < planned->count; i++) {
		const struct member *member = &planned->members[i];
		size_t first = 0;

		if (member->refusal == REFUSAL_NONE)
			continue;
		while (member->holds[first].force)
			first++;
		keepers[count++] = (struct keeper){ member->device, member->holds[first] };
	}
	return count;
}

int listing_judge(const struct listing *listing, struct listed_group *group)
{
	bool refused = group->planned && group->planned->refused;

	group->wanted = find_wanted(listing, group);
	group->minor = !group->planned && group->now == LISTING_HOST;
	for (size_t i = 0; i < group->count; i++)
		group->minor &= is_minor(listing, group->members[i]);
	if (group->now == LISTING_TAKEN)
		group->verdict = VERDICT_TAKEN;
	else if (group->planned && !refused)
		group->verdict = VERDICT_NEXT;
	else if (!group->wanted)
		group->verdict = VERDICT_BRIDGES;
	else if (group->number < 0)
		group->verdict = VERDICT_NO_GROUP;
	else
		group->verdict = VERDICT_FREE;
	if (!refused && group->verdict != VERDICT_FREE)
		return 0;
	/* A VMD's group may have members that are listed elsewhere. */
	group->keepers = arena_allocate(listing->run->arena,
					group->count + (refused ? group->planned->count : 0),
					sizeof(*group->keepers));
	if (!group->keepers)
		return -ENOMEM;
	group->keeper_count = refused ? copy_keepers(group->planned, group->keepers)
				      : find_keepers(listing, group, group->keepers);
	if (group->keeper_count && group->verdict == VERDICT_FREE)
		group->verdict = VERDICT_KEPT;
	group->unless_listed = !refused;
	for (size_t i = 0; i < group->keeper_count; i++)
		group->unless_listed &= asks_to_be_listed(group->keepers[i].hold.refusal);
	return 0;
}

const char *listing_explain_keeper(const struct listing *listing, const struct keeper *keeper)
{
	struct arena *arena = listing->run->arena;
	const struct selector *blame = keeper->hold.blame;
	const struct device *device = keeper->device;
	char class[LISTING_NAME_SIZE], address[PCI_ADDRESS_SIZE];
	const char *text = NULL;

	switch (keeper->hold.refusal) {
	case REFUSAL_PROTECTED:
	case REFUSAL_NETWORK:
		text = arena_print(arena, "%s, %s%.80s",
				   listing_short_class(listing, device, class),
				   blame->purpose ? "needed for " : "protected",
				   blame->purpose ? blame->purpose : "");
		break;
	case REFUSAL_BOOT_DISPLAY:
		return "boot display";
	case REFUSAL_EXCLUDED:
		return "left out";
	case REFUSAL_NEWCOMER:
		return "not in members";
	case REFUSAL_CONSOLE:
		text = arena_print(arena, "kernel console %s", device->console);
		break;
	case REFUSAL_WATCHDOG:
		text = arena_print(arena, "armed %s", device->watchdog);
		break;
	case REFUSAL_VIRTUAL_FUNCTIONS:
		text = arena_print(arena, "has %u virtual functions enabled",
				   device->virtual_functions);
		break;
	case REFUSAL_BEHIND_VMD:
		text = arena_print(arena, "goes with its VMD %s",
				   explain_address(device->vmd, address));
		break;
	case REFUSAL_GONE:
		return "gone";
	case REFUSAL_NO_GROUP:
		return "no IOMMU group";
	default:
		text = arena_print(arena, "%s", listing_short_class(listing, device, class));
	}
	return text ? text : "out of memory";
}

bool listing_is_idle_bridge(const struct listing *listing, const struct device *device)
{
	const struct topology *topology = &listing->run->topology;

	if (!device_is_bridge(device))
		return false;
	/* Buses are numbered downwards, so that what is behind a bridge comes later. */
	for (const struct device *at = topology->devices; at < topology->devices + topology->count;
	     at++)
		if (at->parent == device && !at->gone)
			return false;
	return true;
}

/*
 * A function without a reset method that is alone on its bus has no "bus" either. With
 * neighbours it never has it, but the bridge above can reset all of them together
 * (pci_parent_bus_reset() in drivers/pci/pci.c, and VFIO's hot reset).
 */
enum listing_reset listing_reset(const struct listing *listing, const struct device *device)
{
	const struct topology *topology = &listing->run->topology;

	if (listing_traits(listing, device)->can_reset)
		return RESET_OWN;
	for (size_t i = 0; device->parent && i < topology->count; i++)
		if (&topology->devices[i] != device &&
		    topology->devices[i].parent == device->parent)
			return RESET_CARD;
	return RESET_NONE;
}
