// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/explain_kept.h"

#include <string.h>

#include "lib/say.h"
#include "lib/util.h"
#include "plan/explain.h"

/* What the sentences are made with. */
struct telling {
	const struct run *run;
	const struct planned_group *group;
	struct pci_source *names;
	const char *ids;
};

const char *explain_address(const struct device *device, char text[static PCI_ADDRESS_SIZE])
{
	pci_address_format(&device->address, text);
	return device->address.domain ? text : strchr(text, ':') + 1;
}

static bool stands(const struct member *member, enum refusal refusal)
{
	const struct hold *hold = member_hold(member, refusal);

	return hold && !hold->force;
}

/* Returns "the SATA controller 02:00.1 with its disks" or "the boot display 04:00.0". */
static const char *name_member(const struct telling *telling, const struct member *member)
{
	const struct device *device = member->device;
	char class[256], address[PCI_ADDRESS_SIZE];

	return SAY(telling->run->arena, "the %s %s%s",
		   device->boot_display ? "boot display"
					: pci_class_short_name(telling->names, telling->ids,
							       device->class, class, sizeof(class)),
		   explain_address(device, address),
		   device_is_storage(device) ? " with its disks" : "");
}

/* Appends the member's reasons, but for those that only say that it is not listed. */
static const char *add_reasons(const struct telling *telling, const struct member *member,
			       const char *text, const char *separator)
{
	struct arena *arena = telling->run->arena;

	for (size_t i = 0; i < member->hold_count; i++) {
		const struct hold *hold = &member->holds[i];

		if (hold->force || hold->refusal == REFUSAL_STORAGE ||
		    hold->refusal == REFUSAL_BOOT_DISPLAY)
			continue;
		text = SAY(arena, "%s%s%s", text, separator,
			   explain_hold(telling->run, member, hold));
		separator = ", and ";
	}
	return text;
}

/* Returns everything that speaks for a member, to follow its name. */
static const char *describe_reasons(const struct telling *telling, const struct member *member)
{
	if (!stands(member, REFUSAL_STORAGE) && !stands(member, REFUSAL_BOOT_DISPLAY))
		return add_reasons(telling, member, "", ": ");
	return add_reasons(telling, member, ", which is not listed", ", and ");
}

/* Returns whether two members keep the group for the same reasons, beyond not being listed. */
static bool agree(const struct telling *telling, const struct member *a, const struct member *b)
{
	const char *reasons = describe_reasons(telling, a);

	return a->refusal != REFUSAL_NONE && b->refusal != REFUSAL_NONE && *reasons == ':' &&
	       streq(reasons, describe_reasons(telling, b));
}

/* Returns all members that keep the group for the same reasons as this one, and these. */
static const char *describe_keepers(const struct telling *telling, size_t first)
{
	const struct member *members = telling->group->members;
	const char *names = name_member(telling, &members[first]);

	for (size_t i = first + 1; i < telling->group->count; i++)
		if (agree(telling, &members[first], &members[i]))
			names = SAY(telling->run->arena, "%s, %s", names,
				    name_member(telling, &members[i]));
	return SAY(telling->run->arena, "%s%s", names, describe_reasons(telling, &members[first]));
}

/* Returns whether an earlier member keeps the group for the same reasons. */
static bool is_described(const struct telling *telling, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (agree(telling, &telling->group->members[i], &telling->group->members[index]))
			return true;
	return false;
}

/* Returns the port on the root bus that a device is behind; itself on the root bus. */
static const struct device *find_root_port(const struct device *device)
{
	/* No path of sysfs is deeper. */
	for (size_t depth = 0; device->parent && depth < SYSFS_PATH_SIZE; depth++)
		device = device->parent;
	return device;
}

/*
 * Returns whether a listed device shares the group with storage or a display in another
 * slot behind the same root port, as in the slots of a chipset: another slot may help.
 */
static bool shares_port(const struct planned_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		for (size_t j = 0; j < group->count; j++) {
			const struct member *keeper = &group->members[j];
			const struct device *listed = group->members[i].device;

			if (group->members[i].selector && listed->parent &&
			    (stands(keeper, REFUSAL_STORAGE) ||
			     stands(keeper, REFUSAL_BOOT_DISPLAY)) &&
			    !pci_address_same_slot(&listed->address, &keeper->device->address) &&
			    find_root_port(listed) == find_root_port(keeper->device))
				return true;
		}
	return false;
}

const char *explain_kept(const struct run *run, const struct planned_group *group,
			 struct pci_source *names, const char *ids)
{
	const struct telling telling = { run, group, names, ids };
	const char *list = "";

	if (group->number < 0)
		return add_reasons(&telling, group->members, "it stays with the host", ": ");
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].refusal != REFUSAL_NONE && !is_described(&telling, i))
			list = SAY(run->arena, "%s%s%s", list, *list ? "; and " : "",
				   describe_keepers(&telling, i));
	return SAY(run->arena, "group %d stays with the host, because it has %s%s", group->number,
		   list,
		   shares_port(group)
			   ? ". A slot that is wired to the CPU usually has a group of its own"
			   : "");
}

/* Returns whether a function in the member's slot is listed: the card goes as a whole. */
static bool is_on_listed_card(const struct planned_group *group, const struct member *member)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].selector &&
		    pci_address_same_slot(&group->members[i].device->address,
					  &member->device->address))
			return true;
	return false;
}

/* Returns whether the host would lose a member that nobody asked to be taken. */
static bool is_a_loss(const struct planned_group *group, const struct member *member)
{
	if (device_is_bridge(member->device))
		return false;
	if (member->refusal == REFUSAL_NONE || member->refusal == REFUSAL_NEWCOMER)
		return !member->selector && !is_on_listed_card(group, member);
	return true;
}

const char *explain_price(const struct run *run, const struct planned_group *group,
			  struct pci_source *names, const char *ids)
{
	const struct telling telling = { run, group, names, ids };
	const char *force = explain_force(run, group), *list = "";

	if (!force)
		return NULL;
	for (size_t i = 0; i < group->count; i++)
		if (is_a_loss(group, &group->members[i]))
			list = SAY(run->arena, "%s%s%s", list,
				   *list ? ", " : "the host would lose ",
				   name_member(&telling, &group->members[i]));
	return SAY(run->arena, "%s%sto take it anyway: %s%s", list, *list ? "; " : "",
		   run->force_by, force);
}
