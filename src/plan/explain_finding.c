// SPDX-License-Identifier: GPL-2.0-or-later
/* Sentences for selectors that took nothing or that stop the taking. */
#include <string.h>

#include "lib/say.h"
#include "lib/util.h"
#include "plan/explain.h"

const char *explain_pin(struct arena *arena, const struct device *device)
{
	const struct pci_id *id = &device->id;
	const char *path = device->kernel_path;

	/* Written as in the kernel's own parameters and the manual. */
	if (strncmp(path, "0000:", 5) == 0)
		path += 5;
	return SAY(arena, "%s@%04x:%04x:%04x:%04x", path, id->vendor, id->device,
		   id->subsystem_vendor, id->subsystem_device);
}

/* Returns where the id after '@' is now and how to list the devices that have it. */
static const char *explain_moved(struct arena *arena, const struct finding *finding)
{
	const char *more = "";
	char text[PCI_ADDRESS_SIZE];

	if (!finding->selector->has_identity)
		return "";
	if (!finding->moved)
		return "; no device has the id after @";
	if (finding->moved_count > 1)
		more = SAY(arena, " and %zu more", finding->moved_count - 1);
	return SAY(arena, "; the id after @ is now at %s%s: to take that device, list %s",
		   pci_address_format(&finding->moved->address, text), more,
		   explain_pin(arena, finding->moved));
}

/* Returns "10de:1f91", with the subsystem if the selector names it. */
static const char *explain_id(struct arena *arena, const struct selector *selector,
			      const struct pci_id *id)
{
	if (selector->identity.subsystem_vendor < 0 && selector->identity.subsystem_device < 0)
		return SAY(arena, "%04x:%04x", id->vendor, id->device);
	return SAY(arena, "%04x:%04x:%04x:%04x", id->vendor, id->device, id->subsystem_vendor,
		   id->subsystem_device);
}

/* Returns "0000:01:00.0, 0000:02:00.0 and 3 more". */
static const char *list_meant(struct arena *arena, const struct finding *finding)
{
	const char *list = "";
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < finding->meant_count && i < ARRAY_SIZE(finding->meant); i++)
		list = SAY(arena, "%s%s%s", list, i ? ", " : "",
			   pci_address_format(&finding->meant[i]->address, text));
	if (finding->meant_count > ARRAY_SIZE(finding->meant))
		list = SAY(arena, "%s and %zu more", list,
			   finding->meant_count - ARRAY_SIZE(finding->meant));
	return list;
}

/* Says why a '!' leaves nothing out, and what the other selectors pick. */
static const char *explain_exclusion(struct arena *arena, const struct finding *finding)
{
	const struct device *device = finding->device;
	const char *why = "no device matches it", *advice = "correct or remove it";
	char text[PCI_ADDRESS_SIZE];

	if (device && device->vmd)
		why = SAY(arena, "%s goes away with its VMD, never without it",
			  pci_address_format(&device->address, text));
	else if (device)
		why = SAY(arena, "no other selector picks %s %04x:%04x",
			  pci_address_format(&device->address, text), device->id.vendor,
			  device->id.device);
	if (finding->meant_count)
		advice = SAY(
			arena,
			"the other selectors pick %s: leave out one of these, or remove this one",
			list_meant(arena, finding));
	return SAY(arena, "%s%s; %s", why, device ? "" : explain_moved(arena, finding), advice);
}

/* Says what to write if the boot display is unknown. */
static const char *explain_display(struct arena *arena, const struct finding *finding)
{
	if (!finding->meant_count)
		return "name the display by its address";
	return SAY(arena, "name it by its address; the displays are %s",
		   list_meant(arena, finding));
}

/* Says how to take the whole VMD, without which the device behind it cannot be taken. */
static const char *explain_behind_vmd(struct arena *arena, const struct finding *finding)
{
	char text[PCI_ADDRESS_SIZE], vmd[PCI_ADDRESS_SIZE];

	if (!finding->device || !finding->device->vmd)
		return "only a VMD creates such a domain, and a device in it cannot be taken "
		       "without the VMD: list the VMD to take everything behind it";
	pci_address_format(&finding->device->vmd->address, vmd);
	return SAY(arena,
		   "%s is behind the VMD %s and cannot be taken without it: list %s to take "
		   "everything behind it",
		   pci_address_format(&finding->device->address, text), vmd, vmd);
}

const char *explain_finding(struct arena *arena, const struct finding *finding)
{
	const struct selector *selector = finding->selector;
	const char *place = explain_origin(arena, &selector->origin);
	const char *moved = explain_moved(arena, finding);
	char text[PCI_ADDRESS_SIZE];

	switch (finding->kind) {
	case FINDING_ABSENT:
		return SAY(arena, "%s: '%s': no device matches%s", place, selector->text, moved);
	case FINDING_IDENTITY:
		return SAY(arena, "%s: '%s': left to the host, because %s is now %s%s", place,
			   selector->text, pci_address_format(&finding->device->address, text),
			   explain_id(arena, selector, &finding->device->id),
			   selector->exclude ? "" : moved);
	case FINDING_BRIDGES:
		return SAY(arena,
			   "%s: '%s': %s is a bridge, and bridges stay with the host; "
			   "list the device behind it",
			   place, selector->text,
			   pci_address_format(&finding->device->address, text));
	case FINDING_BEHIND_VMD:
		return SAY(arena, "%s: '%s': %s", place, selector->text,
			   explain_behind_vmd(arena, finding));
	case FINDING_EXCLUDES_NOTHING:
		return SAY(arena, "%s: '%s' leaves nothing out, so nothing is taken: %s", place,
			   selector->text, explain_exclusion(arena, finding));
	case FINDING_DISPLAY_UNKNOWN:
		return SAY(arena,
			   "%s: '%s': the display that the firmware used is unknown, so nothing is "
			   "taken: %s",
			   place, selector->text, explain_display(arena, finding));
	case FINDING_MISTYPED:
		return SAY(arena,
			   "%s: '%s' matches nothing, but without its first character it matches "
			   "%s, so nothing is taken; did you mean '%s'? If not, remove it",
			   place, selector->text,
			   pci_address_format(&finding->device->address, text),
			   finding->correction);
	}
	return OUT_OF_MEMORY;
}
