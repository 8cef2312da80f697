// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/picks.h"

#include "plan/plan.h"

#define PCI_CLASS_SOUND	      0x0403
#define PCI_CLASS_SERIAL      0x0c80
#define PCI_VENDOR_INTEL      0x8086
#define FIRST_DOMAIN_OF_A_VMD 0x10000

const struct selector *picks_find(const struct selector_list *list, const struct device *device,
				  bool exclude, bool check_identity)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct selector *selector = &list->items[i];

		if (selector->exclude == exclude && selector_matches(selector, device) &&
		    (!check_identity || selector_identity_holds(selector, device)))
			return selector;
	}
	return NULL;
}

const struct selector *picks_find_pick(const struct settings *settings, const struct device *device)
{
	return picks_find(&settings->devs, device, false, true);
}

bool picks_is_in_place(const struct topology *topology, const struct selector *selector)
{
	for (size_t i = 0; i < topology->count; i++)
		if (selector_matches(selector, &topology->devices[i]) &&
		    selector_identity_holds(selector, &topology->devices[i]))
			return true;
	return false;
}

bool picks_may_be_moved(const struct selector *selector, const struct device *device)
{
	return selector->has_identity && !device->gone && !selector_matches(selector, device) &&
	       id_pattern_matches(&selector->identity, &device->id);
}

/* Returns whether a restricting selector means the device, by place or by an id that has moved. */
static bool restricts(const struct topology *topology, const struct selector *selector,
		      const struct device *device)
{
	return selector_matches(selector, device) ||
	       (picks_may_be_moved(selector, device) && !picks_is_in_place(topology, selector));
}

const struct selector *picks_find_exclusion(const struct settings *settings,
					    const struct topology *topology,
					    const struct device *device)
{
	const struct selector_list *devs = &settings->devs;

	for (size_t i = 0; i < devs->count; i++)
		if (devs->items[i].exclude && restricts(topology, &devs->items[i], device))
			return &devs->items[i];
	return NULL;
}

bool plan_picks(const struct settings *settings, const struct topology *topology,
		const struct device *device)
{
	return picks_find_pick(settings, device) &&
	       !picks_find_exclusion(settings, topology, device);
}

bool picks_take(const struct settings *settings, const struct topology *topology,
		const struct device *device)
{
	return !device_is_bridge(device) && !device->vmd && plan_picks(settings, topology, device);
}

bool picks_take_group(const struct settings *settings, const struct topology *topology,
		      const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (picks_take(settings, topology, group->members[i]))
			return true;
	return false;
}

bool picks_is_card(const struct topology *topology, const struct device *display)
{
	size_t usb = 0, serial = 0;

	for (size_t i = 0; i < topology->count; i++) {
		const struct device *device = &topology->devices[i];
		uint32_t class = device->class >> 8;

		if (!pci_address_same_slot(&device->address, &display->address) ||
		    class >> 8 == PCI_CLASS_DISPLAY || class == PCI_CLASS_SOUND)
			continue;
		usb += class == PCI_CLASS_USB;
		serial += class == PCI_CLASS_SERIAL;
		if ((class != PCI_CLASS_USB && class != PCI_CLASS_SERIAL) ||
		    device->id.vendor != display->id.vendor)
			return false;
	}
	return display->parent && usb <= 1 && serial <= 1;
}

const struct device *picks_find_rest(const struct topology *topology, const struct device *device,
				     const struct device *after)
{
	const struct device *end = topology->devices + topology->count, *display = NULL;

	for (const struct device *at = topology->devices; at < end; at++)
		if (at->class >> 16 == PCI_CLASS_DISPLAY &&
		    pci_address_same_slot(&at->address, &device->address))
			display = at;
	if (!display || !picks_is_card(topology, display))
		return NULL;
	for (const struct device *at = after ? after + 1 : topology->devices; at < end; at++)
		if (at->group != device->group && !at->gone &&
		    pci_address_same_slot(&at->address, &device->address))
			return at;
	return NULL;
}

bool picks_list(const struct settings *settings, const struct topology *topology,
		const struct device *device)
{
	if (picks_take(settings, topology, device))
		return true;
	if (!device->boot_display || !picks_is_card(topology, device))
		return false;
	for (size_t i = 0; i < topology->count; i++)
		if (pci_address_same_slot(&topology->devices[i].address, &device->address) &&
		    topology->devices[i].class >> 8 == PCI_CLASS_SOUND &&
		    picks_take(settings, topology, &topology->devices[i]))
			return true;
	return false;
}

/* Returns whether the device would be taken but for '!'. */
static bool would_go(const struct settings *settings, const struct topology *topology,
		     const struct device *device)
{
	const struct group *group;

	if (device->vmd)
		return false;
	if (!device_is_bridge(device) && picks_find_pick(settings, device))
		return true;
	group = device->group < 0 ? NULL : topology_group(topology, device);
	return group && picks_take_group(settings, topology, group);
}

const struct device *picks_find_left_out(const struct settings *settings,
					 const struct topology *topology,
					 const struct selector *selector)
{
	for (size_t i = 0; i < topology->count; i++)
		if (restricts(topology, selector, &topology->devices[i]) &&
		    would_go(settings, topology, &topology->devices[i]))
			return &topology->devices[i];
	return NULL;
}

bool picks_exclusion_holds(const struct settings *settings, const struct topology *topology,
			   const struct selector *selector)
{
	if (selector->kind == SELECTOR_BOOT_VGA)
		return !topology->boot_display_unknown;
	if (picks_find_left_out(settings, topology, selector))
		return true;
	/* A bridge is never taken, so excluding a picked one is no mistake. */
	for (size_t i = 0; i < topology->count; i++)
		if (device_is_bridge(&topology->devices[i]) &&
		    restricts(topology, selector, &topology->devices[i]) &&
		    picks_find_pick(settings, &topology->devices[i]))
			return true;
	return false;
}

bool picks_behind_vmd(const struct selector *selector)
{
	return (selector->kind == SELECTOR_FUNCTION || selector->kind == SELECTOR_SLOT ||
		selector->kind == SELECTOR_PATH) &&
	       selector->address.domain >= FIRST_DOMAIN_OF_A_VMD;
}

bool picks_may_be_vmd(const struct device *device)
{
	return device->id.vendor == PCI_VENDOR_INTEL && device->class >> 8 == PCI_CLASS_RAID;
}
