// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/import.h"

#include <errno.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "plan/explain_kept.h"
#include "plan/picks.h"
#include "settings/selector.h"

const char *import_name_device(struct arena *arena, const struct device *device)
{
	char text[PCI_ADDRESS_SIZE];
	const char *name = arena_print(arena, "%s", explain_address(device, text));

	return name ? name : "?";
}

const char *import_name_place(const struct import *import, const struct other_line *line)
{
	const char *place = line->file;

	if (!line->file)
		place = "the running kernel's command line";
	else if (line->first)
		place = arena_print(import->arena, "%s:%u", line->file, line->first);
	return place ? place : "?";
}

/* Returns the entry of a device; makes it if there is none. NULL when memory runs out. */
static struct import_device *find_device(struct import *import, const struct device *device)
{
	const struct settings *settings = &import->machine->settings;
	const struct topology *topology = &import->machine->topology;
	struct import_device **place = &import->devices, *added;
	const struct selector *exclusion;

	while (*place && pci_address_compare(&(*place)->device->address, &device->address) < 0)
		place = &(*place)->next;
	if (*place && (*place)->device == device)
		return *place;
	added = arena_allocate(import->arena, 1, sizeof(*added));
	if (!added)
		return NULL;
	*added = (struct import_device){ .device = device,
					 .name = import_name_device(import->arena, device),
					 .selector = explain_pin(import->arena, device),
					 .next = *place };
	exclusion = picks_find_exclusion(settings, topology, device);
	if (exclusion)
		added->why =
			arena_print(import->arena, "the config leaves it out: %s", exclusion->text);
	else if (device_is_bridge(device))
		added->why = "it is a bridge";
	else
		added->picked = picks_find_pick(settings, device) != NULL;
	*place = added;
	return added;
}

static int add_source(struct import *import, const struct device *device,
		      const struct other_line *line)
{
	struct import_source *added = arena_allocate(import->arena, 1, sizeof(*added)), **end;
	struct import_device *entry = find_device(import, device);

	if (!added || !entry)
		return -ENOMEM;
	added->line = line;
	for (end = &entry->sources; *end; end = &(*end)->next)
		if ((*end)->line == line)
			return 0;
	*end = added;
	return 0;
}

void import_unsettle(struct import_line *line, const char *why)
{
	line->unsettled = true;
	if (!line->why)
		line->why = why ? why : "out of memory";
}

static bool is_on_vfio(const struct device *device)
{
	return device->driver && (text_same_name(device->driver, "vfio-pci") ||
				  text_same_name(device->driver, "pci-stub"));
}

/*
 * Returns whether another set-up's selector means this device, of count that it matches. An id
 * matches each device of its kind, but vfio-pci gets only those that no other driver has
 * when it is loaded: of several, those that it has now.
 */
static bool is_meant(const struct selector *selector, const struct device *device, size_t count)
{
	return selector_matches(selector, device) &&
	       (selector->kind != SELECTOR_ID || count == 1 || is_on_vfio(device));
}

/* Takes the devices of one selector of a line. Returns 0 or -ENOMEM. */
static int take(struct import *import, struct import_line *line, const char *word)
{
	const struct topology *topology = &import->machine->topology;
	struct selector selector = { 0 };
	struct selector_error error;
	size_t count = 0, meant = 0;
	const char *matches = "";

	if (selector_parse(word, strlen(word), &selector, &error)) {
		import_unsettle(line, arena_print(import->arena, "%s cannot be understood", word));
		return 0;
	}
	for (size_t i = 0; i < topology->count; i++)
		count += selector_matches(&selector, &topology->devices[i]);
	for (size_t i = 0; matches && i < topology->count; i++) {
		const struct device *device = &topology->devices[i];

		if (selector_matches(&selector, device))
			matches =
				arena_print(import->arena, "%s%s%s", matches, *matches ? ", " : "",
					    import_name_device(import->arena, device));
		if (!is_meant(&selector, device, count))
			continue;
		meant++;
		if (add_source(import, device, line->line))
			return -ENOMEM;
	}
	if (!matches)
		return -ENOMEM;
	if (!count)
		import_unsettle(line, arena_print(import->arena, "no device is %s", word));
	else if (!meant)
		import_unsettle(
			line, arena_print(import->arena,
					  "%s is the id of %s, and vfio-pci has none of them: take "
					  "the one that you mean by its address",
					  word, matches));
	else if (meant < count && !line->why)
		line->why = arena_print(import->arena,
					"%s is the id of %s: what vfio-pci has now is pinned, the "
					"rest stays with the host",
					word, matches);
	return 0;
}

bool import_gives_to_vfio(const struct other_line *line)
{
	if (line->kind == OTHER_IDS)
		return !streq(line->module, "xen-pciback");
	if (line->kind == OTHER_DRIVERCTL)
		return other_is_vfio(line->module);
	return true;
}

int import_find(struct import *import, const struct other_lines *lines)
{
	struct import_line **end = &import->lines;

	for (const struct other_line *line = lines->first; line; line = line->next) {
		struct import_line *added = arena_allocate(import->arena, 1, sizeof(*added));
		char *list = arena_copy(import->arena, line->list, strlen(line->list)), *word;

		if (!added || !list)
			return -ENOMEM;
		added->line = line;
		*end = added;
		end = &added->next;
		while (*line->list && import_gives_to_vfio(line) && (word = strsep(&list, " ")))
			if (take(import, added, word))
				return -ENOMEM;
	}
	return 0;
}

const struct planned_group *import_find_group(const struct run *planned,
					      const struct device *device)
{
	const struct plan *plan = &planned->plan;

	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++)
			if (pci_address_compare(&plan->groups[i].members[j].device->address,
						&device->address) == 0)
				return &plan->groups[i];
	return NULL;
}

/* Returns why a plan does not take a device; NULL if it does. The plan's run owns the text. */
static const char *find_refusal(const struct run *planned, const struct import_device *entry)
{
	const struct planned_group *group = import_find_group(planned, entry->device);
	const struct plan *plan = &planned->plan;

	for (size_t i = 0; !group && i < plan->finding_count; i++)
		if (streq(plan->findings[i].selector->text, entry->selector))
			return explain_finding(planned->arena, &plan->findings[i]);
	if (!group)
		return "the boot would not take it";
	/* Without an IOMMU there are no groups yet: the next boot decides. */
	if (!group->refused || (group->number < 0 && plan->iommu != IOMMU_ON))
		return NULL;
	return explain_refusal(planned, group);
}

bool import_leave_out_refused(struct import *import, const struct run *planned)
{
	bool any = false;

	for (struct import_device *entry = import->devices; entry; entry = entry->next) {
		const char *why = entry->why ? NULL : find_refusal(planned, entry);

		if (!why)
			continue;
		entry->why = arena_print(import->arena, "%s", why);
		if (!entry->why)
			entry->why = "out of memory";
		any = any || !entry->picked;
	}
	return any;
}
