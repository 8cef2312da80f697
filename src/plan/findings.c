// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/findings.h"

#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "plan/picks.h"

#define PCI_CLASS_3D 0x0302

/* Finds the devices with the id that a selector has after '@'. */
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

/* Adds a device that the selector may mean. */
static void add_meant(struct finding *finding, const struct device *device)
{
	if (finding->meant_count < ARRAY_SIZE(finding->meant))
		finding->meant[finding->meant_count] = device;
	finding->meant_count++;
}

/* Fills in finding and returns true if the selector is boot_vga and the boot display unknown. */
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

/* Fills in finding and returns true if a selector names nothing that could be taken. */
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

/* Finds a device at the place of a '!' whose id is not the one after '@'. */
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

/* Fills in finding and returns true if a '!' leaves nothing out, or not the device it names. */
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

/*
 * Tests whether a word that does nothing is a mistyped '!': without its first character,
 * or with '!' in its place, it would keep with the host a device that is to be taken.
 * Only an address can have a digit too many, in its domain. Sets *found and fills in
 * finding if so. Returns 0 or -ENOMEM.
 */
static int find_mistyped(struct arena *arena, const struct settings *settings,
			 const struct topology *topology, const struct selector *selector,
			 const char *sign, struct finding *finding, bool *found)
{
	const char *text = selector->text + 1;
	struct selector meant;
	struct selector_error error;
	const struct device *device;

	*found = false;
	if (selector_parse(text, strlen(text), &meant, &error))
		return 0;
	device = picks_find_left_out(settings, topology, &meant);
	if (!device)
		return 0;
	*found = true;
	*finding = (struct finding){ .kind = FINDING_MISTYPED,
				     .selector = selector,
				     .device = device,
				     .correction = arena_print(arena, "%s%s", sign, text) };
	return finding->correction ? 0 : -ENOMEM;
}

/* Finds out why a selector of devs took nothing. Returns 0 or -ENOMEM. */
static int find_listed(struct arena *arena, const struct settings *settings,
		       const struct topology *topology, const struct selector *selector,
		       struct finding *finding, bool *found)
{
	int error = 0;

	*found = true;
	if (find_boot_display(topology, selector, finding))
		return 0;
	if (selector->exclude) {
		*found = find_exclusion(settings, topology, selector, finding);
		return 0;
	}
	*found = find_selector(topology, selector, finding);
	if (*found) {
		bool mistyped;

		error = find_mistyped(arena, settings, topology, selector, "!", finding, &mistyped);
	}
	return error;
}

/* Returns whether a domain that only a VMD creates exists or may appear later. */
static bool may_come(const struct topology *topology, const struct selector *selector)
{
	for (size_t i = 0; i < topology->count; i++)
		if (topology->devices[i].address.domain == selector->address.domain ||
		    picks_may_be_vmd(&topology->devices[i]))
			return true;
	return false;
}

/*
 * Finds out why a selector of protect does nothing. Those that vfio-early wrote are not
 * mistyped. Returns 0 or -ENOMEM.
 */
static int find_protected(struct arena *arena, const struct settings *settings,
			  const struct topology *topology, const struct selector *selector,
			  struct finding *finding, bool *found)
{
	*found = find_boot_display(topology, selector, finding);
	if (*found || selector->purpose || !picks_behind_vmd(selector) ||
	    may_come(topology, selector))
		return 0;
	return find_mistyped(arena, settings, topology, selector, "", finding, found);
}

static bool stops(enum finding_kind kind)
{
	return kind == FINDING_EXCLUDES_NOTHING || kind == FINDING_DISPLAY_UNKNOWN ||
	       kind == FINDING_MISTYPED;
}

int findings_list(struct plan *plan, struct arena *arena, const struct settings *settings,
		  const struct topology *topology)
{
	const struct selector_list *devs = &settings->devs, *protect = &settings->protect;
	struct finding *finding;
	bool found;
	int error = 0;

	plan->findings =
		arena_allocate(arena, devs->count + protect->count + 1, sizeof(struct finding));
	if (!plan->findings)
		return -ENOMEM;
	finding = plan->findings;
	for (size_t i = 0; !error && i < devs->count; i++) {
		error = find_listed(arena, settings, topology, &devs->items[i], finding, &found);
		finding += found;
	}
	for (size_t i = 0; !error && i < protect->count; i++) {
		error = find_protected(arena, settings, topology, &protect->items[i], finding,
				       &found);
		finding += found;
	}
	if (error)
		return error;
	plan->finding_count = (size_t)(finding - plan->findings);
	for (size_t i = 0; i < plan->finding_count; i++)
		plan->stopped |= stops(plan->findings[i].kind);
	return 0;
}
