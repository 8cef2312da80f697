// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/explain.h"

#include <stdlib.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/say.h"
#include "lib/text.h"
#include "lib/util.h"
#include "plan/enum_names.h"
#include "plan/guard.h"
#include "plan/picks.h"

const char *explain_origin(struct arena *arena, const struct origin *origin)
{
	const char *last;
	char *text, *end;
	size_t size;

	if (!origin->column)
		return origin->source;
	size = strlen(origin->source) + sizeof(":4294967295:4294967295");
	text = arena_allocate(arena, size, 1);
	if (!text)
		return OUT_OF_MEMORY;
	last = text + size - 1;
	end = text_append(text, last, origin->source);
	if (origin->line)
		end = text_append_number(text_append(end, last, ":"), last, origin->line);
	text_append_number(text_append(end, last, ":"), last, origin->column);
	text_make_printable(text);
	return text;
}

const char *explain_problem(struct arena *arena, const struct problem *problem)
{
	return SAY(arena, "%s: %s", explain_origin(arena, &problem->origin), problem->text);
}

const char *explain_stop(struct arena *arena, const struct settings *settings)
{
	const struct problem *problem = settings_find_stop(settings);

	if (!problem)
		return NULL;
	return SAY(arena,
		   "nothing is taken: the setting at %s could not be used and may be what keeps a "
		   "device with the host; correct it first",
		   explain_origin(arena, &problem->origin));
}

/* Returns why no IOMMU shows, by how machines of this kind turn theirs on. */
static const char *absent_reason(enum platform platform)
{
	switch (platform) {
	case PLATFORM_INTEL:
		return "the firmware reports no IOMMU: turn on VT-d in the firmware setup, and add "
		       "intel_iommu=on to the kernel command line";
	case PLATFORM_AMD:
		return "the firmware reports no IOMMU: turn on AMD-Vi (also called IOMMU) in the "
		       "firmware setup; no kernel parameter is needed";
	case PLATFORM_ARM:
		return "no IOMMU is in use: the kernel found no usable SMMU in the firmware's "
		       "tables (ACPI IORT, or iommu-map in the device tree): turn the SMMU on in "
		       "the firmware setup, or update the firmware";
	case PLATFORM_POWER:
		return "no IOMMU is in use: POWER machines have one in each PCI host bridge, and "
		       "the kernel turns it on: see the kernel's lines about IOMMU in dmesg";
	case PLATFORM_TREE:
		return "no IOMMU is in use: the device tree gives the PCI host bridge none "
		       "(iommu-map), or this kernel has no driver for it";
	case PLATFORM_UNKNOWN:
		break;
	}
	return "the firmware reports no IOMMU: turn on VT-d or AMD-Vi (also called IOMMU) in the "
	       "firmware setup, and on an Intel machine add intel_iommu=on to the kernel command "
	       "line";
}

const char *explain_iommu(const struct run *run)
{
	if (run->settings.iommu_off)
		return SAY(run->arena, "the IOMMU is off: remove %s from the kernel command line",
			   run->settings.iommu_off);
	switch (run->plan.iommu) {
	case IOMMU_OFF_INTEL:
		return "the IOMMU is off: add intel_iommu=on to the kernel command line";
	case IOMMU_OFF_AMD:
		return "the IOMMU is off, although the firmware describes one: see the kernel's "
		       "AMD-Vi lines in dmesg";
	case IOMMU_OFF_VIRTIO:
		return "the IOMMU is off: this machine's is a virtio-iommu, whose driver is not "
		       "loaded: build the image again with vfio-early's hook for a kernel that has "
		       "the modules virtio_pci and virtio_iommu";
	case IOMMU_ABSENT:
		return absent_reason(run->topology.platform);
	case IOMMU_ON:
		break;
	}
	return NULL;
}

bool explain_wants_intel_iommu(const struct device *device)
{
	return device->id.vendor == 0x8086 && device->class >> 16 == PCI_CLASS_DISPLAY;
}

/* Why there is no telling the device's group, where the kernel gives it late. */
static const char *late_reason(const struct run *run, const struct device *device)
{
	const struct device *joiner = topology_find_joiner(&run->topology, device);
	const char *when = run->groups_asked ? "though the kernel was asked for it: see its lines "
					       "about IOMMU in dmesg"
					     : "for this kernel makes it when a driver is tried";
	char text[PCI_ADDRESS_SIZE];

	if (device->group >= 0 && joiner)
		return SAY(run->arena, "%s beside it may join its group, and has none yet, %s%s",
			   pci_address_format(&joiner->address, text), when,
			   run->groups_asked ? "" : ": group known only at boot");
	return SAY(run->arena, "it has no IOMMU group yet, %s%s", when,
		   run->groups_asked ? "" : ": group known only at boot");
}

static const char *no_group_reason(const struct run *run, const struct device *device)
{
	const char *off = explain_iommu(run);

	if (off)
		return SAY(run->arena, "it has no IOMMU group, because %s", off);
	if (run->topology.late_groups)
		return late_reason(run, device);
	if (explain_wants_intel_iommu(device))
		return "it has no IOMMU group, although other devices have one: if it is an "
		       "integrated Intel GPU, add intel_iommu=on to the kernel command line";
	return "it has no IOMMU group, although other devices have one: see the kernel's lines "
	       "about it and about IOMMU in dmesg";
}

const char *explain_protection(struct arena *arena, const struct device *device,
			       const struct selector *selector)
{
	const char *place = explain_origin(arena, &selector->origin);
	const char *purpose = selector->purpose ? selector->purpose : "";
	const char *what = "the host needs it";

	if (picks_behind_vmd(selector) && !selector_matches(selector, device))
		what = "the host needs a device behind it";
	else if (!selector_matches(selector, device))
		what = "a device with this id is missing from its place, and the host needs it";
	return SAY(arena, "%s%s%.80s (protect: '%s', %s)", what, *purpose ? " for " : "", purpose,
		   selector->text, place);
}

static const char *network_reason(struct arena *arena, const struct member *member,
				  const struct selector *selector)
{
	const char *place = explain_origin(arena, &selector->origin);
	const char *purpose = selector->purpose ? selector->purpose : "";
	const char *what = "it carries the host's network";

	if (!selector_matches(selector, member->device))
		what = "a device with this id is missing from its place, and it carries the host's "
		       "network";
	return SAY(arena, "%s (%.80s%snetwork: '%s', %s)", what, purpose, *purpose ? "; " : "",
		   selector->text, place);
}

static const char *newcomer_reason(const struct run *run, const struct selector *blame)
{
	const char *place = explain_origin(run->arena, &run->settings.origins[SETTING_MEMBERS]);
	const char *what = "is new in its group: it is not";

	if (blame)
		what = SAY(run->arena, "sits in the place of '%s', which is", blame->text);
	return SAY(run->arena, "it %s in members (%s); to accept it: vfio-early pin --write", what,
		   place);
}

const char *explain_hold(const struct run *run, const struct member *member,
			 const struct hold *hold)
{
	const struct selector *blame = hold->blame;
	char address[PCI_ADDRESS_SIZE];

	switch (hold->refusal) {
	case REFUSAL_NO_GROUP:
		return no_group_reason(run, member->device);
	case REFUSAL_PROTECTED:
		return explain_protection(run->arena, member->device, blame);
	case REFUSAL_NETWORK:
		return network_reason(run->arena, member, blame);
	case REFUSAL_VIRTUAL_FUNCTIONS:
		return SAY(run->arena, "%u of its SR-IOV virtual functions are enabled",
			   member->device->virtual_functions);
	case REFUSAL_EXCLUDED:
		return SAY(run->arena,
			   "'%s' (%s) leaves it out, and a group is taken whole or not at all",
			   blame->text, explain_origin(run->arena, &blame->origin));
	case REFUSAL_CONSOLE:
		return SAY(run->arena, "the kernel console %s uses it", member->device->console);
	case REFUSAL_WATCHDOG:
		return SAY(run->arena, "its armed %s would reset the host",
			   member->device->watchdog);
	case REFUSAL_NEWCOMER:
		return newcomer_reason(run, blame);
	case REFUSAL_BEHIND_VMD:
		return SAY(run->arena, "it is behind the VMD %s and cannot be taken without it",
			   pci_address_format(&member->device->vmd->address, address));
	default:
		return guard_of(hold->refusal)->sentence;
	}
}

/* Returns everything that holds a member: "it is ..., and the host needs it". */
static const char *refusal_reason(const struct run *run, const struct member *member)
{
	const char *text = "";

	for (size_t i = 0; i < member->hold_count; i++)
		if (!member->holds[i].force)
			text = SAY(run->arena, "%s%s%s", text, *text ? ", and " : "",
				   explain_hold(run, member, &member->holds[i]));
	return text;
}

const char *explain_force(const struct run *run, const struct planned_group *group)
{
	const char *list = setting_value(&run->settings, SETTING_FORCE, run->arena);
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];

		pci_address_format(&member->device->address, text);
		for (size_t j = 0; list && j < member->hold_count; j++) {
			const struct hold *hold = &member->holds[j];

			if (hold->force)
				continue;
			if (guard_of(hold->refusal)->force == FORCE_NEVER)
				return NULL;
			list = arena_print(run->arena, "%s%s%s:%s", list, *list ? "," : "",
					   refusal_name(hold->refusal), text);
		}
	}
	return list;
}

const char *explain_refusal(const struct run *run, const struct planned_group *group)
{
	const struct member *member = group->members;
	const char *force = explain_force(run, group), *more = "", *advice = "";
	size_t blamed = 0;
	char text[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].refusal != REFUSAL_NONE && blamed++ == 0)
			member = &group->members[i];
	if (blamed > 1)
		more = SAY(run->arena, " (and %zu more)", blamed - 1);
	if (force)
		advice = SAY(run->arena, "; to take it anyway: %s%s", run->force_by, force);
	if (group->number < 0)
		return SAY(run->arena, "%s %04x:%04x left to the host: %s",
			   pci_address_format(&member->device->address, text),
			   member->device->id.vendor, member->device->id.device,
			   refusal_reason(run, member));
	return SAY(run->arena, "group %d left to the host because of %s %04x:%04x%s: %s%s",
		   group->number, pci_address_format(&member->device->address, text),
		   member->device->id.vendor, member->device->id.device, more,
		   refusal_reason(run, member), advice);
}

const char *explain_block(struct arena *arena, const struct member *member)
{
	const char *driver = member->device->driver;
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(&member->device->address, text);
	/* Some drivers' names have blanks. */
	return SAY(arena,
		   "no virtual machine can open group %d while its bridge %s is bound to %s: echo "
		   "%s >/sys/bus/pci/drivers/%s/unbind",
		   member->device->group, text, driver, text, text_quote(arena, driver));
}

/*
 * Returns what became of a member: "0000:01:00.0 10de:1f91 group 15: none -> vfio-pci". Without
 * printf(), because every device has such a line, and for the log, which makes it printable.
 */
static const char *describe_taking(struct arena *arena, const struct member *member)
{
	const struct device *device = member->device;
	const char *before = device->driver ? device->driver : "none", *last;
	size_t size = sizeof("12345678:00:00.0 0000:0000 group -2147483648:  already") +
		      strlen(before) + strlen(member->driver);
	char *text = arena_allocate(arena, size, 1), *end, part[PCI_ADDRESS_SIZE];

	if (!text)
		return OUT_OF_MEMORY;
	last = text + size - 1;
	end = text_append(text, last, pci_address_format(&device->address, part));
	*end++ = ' ';
	end = hex_format(device->id.vendor, 4, end);
	*end++ = ':';
	end = hex_format(device->id.device, 4, end);
	end = text_append(end, last, device->group < 0 ? " group -" : " group ");
	end = text_append_number(end, last, (unsigned int)abs(device->group));
	end = text_append(end, last, ": ");
	end = text_append(end, last, before);
	if (streq(before, member->driver)) {
		text_append(end, last, " already");
	} else {
		end = text_append(end, last, " -> ");
		text_append(end, last, member->driver);
	}
	return text;
}

const char *explain_member(const struct run *run, const struct member *member)
{
	const char *text = describe_taking(run->arena, member);

	for (size_t i = 0; i < member->hold_count; i++) {
		const struct hold *hold = &member->holds[i];

		if (hold->force)
			text = SAY(run->arena, "%s, forced by '%s' (%s) past the guard '%s': %s",
				   text, hold->force->text,
				   explain_origin(run->arena, &hold->force->origin),
				   refusal_name(hold->refusal), explain_hold(run, member, hold));
	}
	return text;
}

const char *explain_dark(struct arena *arena, const struct member *member)
{
	const struct device *device = member->device;

	if (member->role != ROLE_TAKE)
		return NULL;
	if (device->framebuffer)
		return SAY(arena, "the screen goes dark: the firmware framebuffer %s is released",
			   device->framebuffer);
	return device->boot_display ? "the screen goes dark: it is the boot display" : NULL;
}

const char *explain_lost(struct arena *arena, const struct member *member)
{
	const struct device *device = member->device;
	char text[PCI_ADDRESS_SIZE], vmd[PCI_ADDRESS_SIZE];

	return SAY(arena, "%s %04x:%04x is lost to the host: it goes away with the VMD %s",
		   pci_address_format(&device->address, text), device->id.vendor, device->id.device,
		   pci_address_format(&device->vmd->address, vmd));
}

const char *explain_claim(struct arena *arena, const struct member *member)
{
	const struct selector *claim = member->claim;
	char text[PCI_ADDRESS_SIZE];

	if (!claim)
		return NULL;
	return SAY(arena, "%s %04x:%04x is also claimed by %.160s, which is no longer needed",
		   pci_address_format(&member->device->address, text), member->device->id.vendor,
		   member->device->id.device, claim->purpose ? claim->purpose : claim->text);
}
