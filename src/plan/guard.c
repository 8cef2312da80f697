// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/guard.h"

#include "lib/util.h"
#include "plan/picks.h"

/*
 * Returns whether a protected place may go away with the device: a VMD creates the
 * place's domain only after the plan is made, and the device may be that VMD. An entry
 * that vfio-early wrote (it has a purpose) comes with one for the VMD.
 */
static bool goes_with(const struct selector *selector, const struct device *device)
{
	return picks_behind_vmd(selector) && !selector->purpose && picks_may_be_vmd(device);
}

const struct selector *guard_find_needed(const struct selector_list *needed,
					 const struct topology *topology,
					 const struct device *device)
{
	const struct selector *there = picks_find(needed, device, false, false);

	if (there)
		return there;
	for (size_t i = 0; i < needed->count; i++) {
		const struct selector *selector = &needed->items[i];

		if ((picks_may_be_moved(selector, device) &&
		     !picks_is_in_place(topology, selector)) ||
		    goes_with(selector, device))
			return selector;
	}
	return NULL;
}

static bool has_no_group(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	if (view->group_later)
		return false;
	return view->device->group < 0 || topology_find_joiner(view->topology, view->device);
}

static bool is_gone(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->gone;
}

/* A member that goes away with its VMD, another member, is not judged by guards. */
static bool is_behind_vmd(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->vmd != NULL;
}

static bool is_excluded(const struct guard_view *view, const struct selector **blame)
{
	*blame = view->excluded;
	return *blame != NULL;
}

static bool is_protected(const struct guard_view *view, const struct selector **blame)
{
	*blame = guard_find_needed(&view->settings->protect, view->topology, view->device);
	return *blame != NULL;
}

static bool is_unlisted_storage(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return device_is_storage(view->device) && !view->listed;
}

static bool is_unlisted_display(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->boot_display && !view->listed;
}

static bool has_virtual_functions(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->virtual_functions > 0;
}

static bool is_newcomer(const struct guard_view *view, const struct selector **blame)
{
	const struct selector_list *members = &view->settings->members;

	if (!members->written || view->settings->members_open ||
	    picks_find(members, view->device, false, true))
		return false;
	*blame = picks_find(members, view->device, false, false);
	return true;
}

/* Returns whether a selector names one place, so that its author meant this function. */
static bool goes_by_place(const struct selector *selector)
{
	return selector->kind == SELECTOR_FUNCTION || selector->kind == SELECTOR_PATH;
}

/* Returns whether devs lists the device by its address or path. */
static bool is_listed_by_place(const struct guard_view *view)
{
	const struct selector_list *devs = &view->settings->devs;

	for (size_t i = 0; !view->excluded && i < devs->count; i++)
		if (!devs->items[i].exclude && goes_by_place(&devs->items[i]) &&
		    selector_matches(&devs->items[i], view->device) &&
		    selector_identity_holds(&devs->items[i], view->device))
			return true;
	return false;
}

static bool carries_network(const struct guard_view *view, const struct selector **blame)
{
	*blame = guard_find_needed(&view->settings->network, view->topology, view->device);
	return *blame && !is_listed_by_place(view);
}

static bool carries_console(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->console != NULL;
}

static bool holds_watchdog(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->watchdog != NULL;
}

/*
 * Without a list of the host's needs, any storage or network device may be one. Only a
 * device that devs names by place was certainly meant: an id, a class or a slot may match
 * more, and other members of the group are not named at all.
 */
static bool host_is_unknown(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return !view->settings->host_known && !is_listed_by_place(view) &&
	       (device_is_storage(view->device) || device_is_network(view->device));
}

/* In the order in which users are told. */
static const struct guard guards[] = {
	{ REFUSAL_BEHIND_VMD, is_behind_vmd, "it is behind a VMD and cannot be taken without it",
	  FORCE_NEVER },
	{ REFUSAL_NO_GROUP, has_no_group, "it has no IOMMU group", FORCE_NEVER },
	{ REFUSAL_GONE, is_gone, "it could not be read and may have been removed", FORCE_NEVER },
	{ REFUSAL_EXCLUDED, is_excluded, "it is left out, and a group is taken whole or not at all",
	  FORCE_WORD },
	{ REFUSAL_PROTECTED, is_protected, "the host needs it", FORCE_WORD },
	{ REFUSAL_NETWORK, carries_network, "it carries the host's network", FORCE_WORD },
	{ REFUSAL_STORAGE, is_unlisted_storage,
	  "it is a mass-storage controller that is not listed", FORCE_BARE },
	{ REFUSAL_BOOT_DISPLAY, is_unlisted_display, "it is the boot display, which is not listed",
	  FORCE_BARE },
	{ REFUSAL_CONSOLE, carries_console, "the kernel console uses it", FORCE_WORD },
	{ REFUSAL_WATCHDOG, holds_watchdog, "its watchdog is armed", FORCE_WORD },
	{ REFUSAL_HOST_UNKNOWN, host_is_unknown,
	  "what the host needs is unknown, so a storage or network device is taken only by its "
	  "address or path: list it that way, or rebuild the image on the running host",
	  FORCE_WORD },
	{ REFUSAL_VIRTUAL_FUNCTIONS, has_virtual_functions,
	  "its SR-IOV virtual functions are enabled", FORCE_WORD },
	{ REFUSAL_NEWCOMER, is_newcomer, "it is not in members", FORCE_WORD },
};

const struct guard *guard_of(enum refusal refusal)
{
	const struct guard *guard = guards;

	while (guard->refusal != refusal)
		guard++;
	return guard;
}

/* Returns the word of force that waives a guard for the device; NULL for none. */
static const struct selector *find_waiver(const struct guard_view *view, const struct guard *guard)
{
	const struct selector_list *force = &view->settings->force;

	for (size_t i = 0; guard->force != FORCE_NEVER && i < force->count; i++) {
		const struct selector *word = &force->items[i];

		if ((word->reason == guard->refusal ||
		     (word->reason == REFUSAL_NONE && guard->force == FORCE_BARE)) &&
		    selector_matches(word, view->device) &&
		    selector_identity_holds(word, view->device))
			return word;
	}
	return NULL;
}

size_t guard_judge(const struct guard_view *view, struct hold holds[static REFUSAL_COUNT])
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(guards); i++) {
		const struct guard *guard = &guards[i];
		struct hold hold = { .refusal = guard->refusal };

		if (!guard->holds(view, &hold.blame))
			continue;
		hold.force = find_waiver(view, guard);
		holds[count++] = hold;
		if (guard->force == FORCE_NEVER)
			break;
	}
	return count;
}
