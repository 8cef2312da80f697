// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include "util.h"

/* Returns the first entry whose place or kind is the device's; ignores '@'. */
static const struct selector *find_place(const struct selector_list *list,
					 const struct device *device)
{
	for (size_t i = 0; i < list->count; i++)
		if (selector_matches(&list->items[i], device))
			return &list->items[i];
	return NULL;
}

/* Returns the first entry that is the device's, with the id behind '@'. */
static const struct selector *find_entry(const struct selector_list *list,
					 const struct device *device)
{
	for (size_t i = 0; i < list->count; i++)
		if (selector_matches(&list->items[i], device) &&
		    selector_identity_holds(&list->items[i], device))
			return &list->items[i];
	return NULL;
}

bool guard_may_be_moved(const struct selector *needed, const struct device *device)
{
	return needed->has_identity && !device->gone && !selector_matches(needed, device) &&
	       id_pattern_matches(&needed->identity, &device->id);
}

/* Whether something with the id behind '@' sits where the selector says. */
static bool is_in_place(const struct topology *topology, const struct selector *selector)
{
	for (size_t i = 0; i < topology->count; i++)
		if (selector_matches(selector, &topology->devices[i]) &&
		    selector_identity_holds(selector, &topology->devices[i]))
			return true;
	return false;
}

const struct selector *guard_find_needed(const struct selector_list *needed,
					 const struct topology *topology,
					 const struct device *device)
{
	const struct selector *selector = find_place(needed, device);

	for (size_t i = 0; !selector && i < needed->count; i++)
		if (guard_may_be_moved(&needed->items[i], device) &&
		    !is_in_place(topology, &needed->items[i]))
			selector = &needed->items[i];
	return selector;
}

static bool has_no_group(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->group < 0;
}

static bool is_gone(const struct guard_view *view, const struct selector **blame)
{
	(void)blame;
	return view->device->gone;
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

	if (!members->written || find_entry(members, view->device))
		return false;
	*blame = find_place(members, view->device);
	return true;
}

/* In the order in which a user is told of them. */
static const struct guard guards[] = {
	{ REFUSAL_NO_GROUP, has_no_group, "it has no IOMMU group", true },
	{ REFUSAL_GONE, is_gone, "it could not be read, and may have gone: nothing is taken unseen",
	  true },
	{ REFUSAL_EXCLUDED, is_excluded, "it is left out, and a group goes as a whole", false },
	{ REFUSAL_PROTECTED, is_protected, "the host needs it", false },
	{ REFUSAL_STORAGE, is_unlisted_storage,
	  "it is a mass-storage controller that nobody listed", false },
	{ REFUSAL_BOOT_DISPLAY, is_unlisted_display, "it is the boot display, which nobody listed",
	  false },
	{ REFUSAL_VIRTUAL_FUNCTIONS, has_virtual_functions,
	  "its SR-IOV virtual functions are enabled", false },
	{ REFUSAL_NEWCOMER, is_newcomer, "it is not in members", false },
};

const struct guard *guard_of(enum refusal refusal)
{
	const struct guard *guard = guards;

	while (guard->refusal != refusal)
		guard++;
	return guard;
}

const struct guard *guard_judge(const struct guard_view *view, const struct selector **blame)
{
	*blame = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(guards); i++)
		if (guards[i].holds(view, blame))
			return &guards[i];
	return NULL;
}
