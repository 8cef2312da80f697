// SPDX-License-Identifier: GPL-2.0-or-later
#include "findings.h"

#include <errno.h>

#include "picks.h"
#include "util.h"

#define PCI_CLASS_3D 0x0302

/* Finds the devices of that id, which a selector with '@' may have meant. */
static void find_identity(const struct topology *topology, struct finding *finding)
{
	for (size_t i = 0; topology->devices && i < topology->count; i++) {
		const struct device *device = &topology->devices[i];

		if (device->gone || !id_pattern_matches(&finding->selector->identity, &device->id))
			continue;
		if (!finding->moved_count++)
			finding->moved = device;
	}
}

/* Adds a device that the selector may have meant. */
static void add_meant(struct finding *finding, const struct device *device)
{
	if (finding->meant_count < ARRAY_SIZE(finding->meant))
		finding->meant[finding->meant_count] = device;
	finding->meant_count++;
}

/* Fills finding where nobody knows which display the firmware used. Returns whether that is so. */
static bool find_boot_display(const struct topology *topology, const struct selector *selector,
			      struct finding *finding)
{
	if (selector->kind != SELECTOR_BOOT_VGA || !topology->boot_display_unknown)
		return false;
	*finding = (struct finding){ .kind = FINDING_DISPLAY_UNKNOWN, .selector = selector };
	for (size_t i = 0; i < topology->count; i++)
		if (topology->devices[i].class >> 16 == PCI_CLASS_DISPLAY &&
		    topology->devices[i].class >> 8 != PCI_CLASS_3D)
			add_meant(finding, &topology->devices[i]);
	return true;
}

/* Fills finding and returns true when a selector names nothing that could be taken. */
static bool find_selector(const struct topology *topology, const struct selector *selector,
			  struct finding *finding)
{
	*finding = (struct finding){ .kind = FINDING_ABSENT, .selector = selector };
	if (picks_behind_vmd(selector))
		finding->kind = FINDING_BEHIND_VMD;
	for (size_t i = 0; i < topology->count; i++) {
		const struct device *device = &topology->devices[i];

		if (!selector_matches(selector, device))
			continue;
		finding->device = device;
		if (!selector_identity_holds(selector, device)) {
			finding->kind = FINDING_IDENTITY;
			find_identity(topology, finding);
			return true;
		}
		if (device->vmd)
			finding->kind = FINDING_BEHIND_VMD;
		else if (!device_is_bridge(device))
			return false;
		else
			finding->kind = FINDING_BRIDGES;
	}
	if (selector->has_identity)
		find_identity(topology, finding);
	return true;
}

/* Finds what sits in the place of a '!' with another id than the one behind '@'. */
static bool find_changed(const struct topology *topology, const struct selector *selector,
			 struct finding *finding)
{
	for (size_t i = 0; i < topology->count; i++) {
		const struct device *device = &topology->devices[i];

		if (!selector_matches(selector, device) ||
		    selector_identity_holds(selector, device))
			continue;
		finding->kind = FINDING_IDENTITY;
		finding->device = device;
		find_identity(topology, finding);
		return true;
	}
	return false;
}

/* Fills finding and returns true when a '!' leaves nothing out, or something else than it says. */
static bool find_exclusion(const struct settings *settings, const struct topology *topology,
			   const struct selector *selector, struct finding *finding)
{
	*finding = (struct finding){ .kind = FINDING_EXCLUDES_NOTHING, .selector = selector };
	if (picks_exclusion_holds(settings, topology, selector))
		return find_changed(topology, selector, finding);
	for (size_t i = 0; i < topology->count; i++) {
		const struct device *device = &topology->devices[i];

		if (!finding->device && selector_matches(selector, device))
			finding->device = device;
		if (picks_take(settings, topology, device))
			add_meant(finding, device);
	}
	if (selector->has_identity)
		find_identity(topology, finding);
	return true;
}

static bool stops(enum finding_kind kind)
{
	return kind == FINDING_EXCLUDES_NOTHING || kind == FINDING_DISPLAY_UNKNOWN;
}

int findings_list(struct plan *plan, struct arena *arena, const struct settings *settings,
		  const struct topology *topology)
{
	const struct selector_list *devs = &settings->devs, *protect = &settings->protect;
	struct finding *finding;

	plan->findings =
		arena_allocate(arena, devs->count + protect->count + 1, sizeof(struct finding));
	if (!plan->findings)
		return -ENOMEM;
	finding = plan->findings;
	for (size_t i = 0; i < devs->count; i++) {
		const struct selector *selector = &devs->items[i];

		if (find_boot_display(topology, selector, finding) ||
		    (selector->exclude ? find_exclusion(settings, topology, selector, finding)
				       : find_selector(topology, selector, finding)))
			finding++;
	}
	for (size_t i = 0; i < protect->count; i++)
		finding += find_boot_display(topology, &protect->items[i], finding);
	plan->finding_count = (size_t)(finding - plan->findings);
	for (size_t i = 0; i < plan->finding_count; i++)
		plan->stopped |= stops(plan->findings[i].kind);
	return 0;
}
