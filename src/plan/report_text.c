// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "lib/say.h"
#include "lib/terminal.h"
#include "lib/util.h"
#include "plan/enum_names.h"
#include "plan/explain.h"
#include "plan/explain_kept.h"
#include "plan/picks.h"
#include "plan/report.h"

/* Indentation of a group's members and notes, and of what does not fit into their line. */
#define INDENT	      2
#define DETAIL_INDENT 6

/* Where the text goes, and where names come from. */
struct writing {
	const struct run *run;
	struct terminal terminal;
	struct pci_source *names;
	const char *ids;
};

static void put(const struct writing *writing, size_t indent, const char *text)
{
	fprintf(writing->terminal.out, "%*s", (int)indent, "");
	terminal_wrap(&writing->terminal, indent, indent ? DETAIL_INDENT : 0, TERMINAL_PLAIN, text);
}

/* Appends the guards that stand: "  [protected, storage]". */
static const char *add_guards(const struct writing *writing, const char *text,
			      const struct member *member)
{
	const char *before = "  [";

	for (size_t i = 0; i < member->hold_count; i++) {
		if (member->holds[i].force)
			continue;
		text = SAY(writing->run->arena, "%s%s%s", text, before,
			   refusal_name(member->holds[i].refusal));
		before = ", ";
	}
	return member->refusal == REFUSAL_NONE ? text : SAY(writing->run->arena, "%s]", text);
}

static const char *add_forces(const struct writing *writing, const char *text,
			      const struct member *member)
{
	struct arena *arena = writing->run->arena;

	for (size_t i = 0; i < member->hold_count; i++) {
		const struct hold *hold = &member->holds[i];

		if (hold->force)
			text = SAY(arena, "%s  [forced: %s, by %s, %s]", text,
				   refusal_name(hold->refusal), hold->force->text,
				   explain_origin(arena, &hold->force->origin));
	}
	return text;
}

/* Returns what becomes of a member: "nouveau -> vfio-pci". */
static const char *describe_outcome(const struct writing *writing, const struct member *member)
{
	const struct device *device = member->device;
	struct arena *arena = writing->run->arena;
	char address[PCI_ADDRESS_SIZE];

	if (member->role == ROLE_LEAVE)
		return "bridge, left alone";
	if (member->result == RESULT_LOST)
		return SAY(arena, "%s, lost to the host: it goes away with %s",
			   device->driver ? device->driver : "no driver",
			   pci_address_format(&device->vmd->address, address));
	if (member->result == RESULT_LEFT)
		return SAY(arena, "stays with %s", device->driver ? device->driver : "the host");
	if (device->driver && streq(device->driver, member->driver))
		return SAY(arena, "%s already", member->driver);
	return SAY(arena, "%s -> %s", device->driver ? device->driver : "none", member->driver);
}

static void put_member(const struct writing *writing, const struct member *member)
{
	const struct device *device = member->device;
	struct arena *arena = writing->run->arena;
	char address[PCI_ADDRESS_SIZE], name[256];
	const char *text, *dark = NULL;

	text = SAY(arena, "%s %04x:%04x  %s", pci_address_format(&device->address, address),
		   device->id.vendor, device->id.device, describe_outcome(writing, member));
	text = add_guards(writing, text, member);
	if (member->refusal == REFUSAL_NONE && member->selector)
		text = SAY(arena, "%s  (listed: %s, %s)", text, member->selector->text,
			   explain_origin(arena, &member->selector->origin));
	else if (member->role == ROLE_TAKE && !member->selector && device_is_chipset(device))
		text = SAY(arena, "%s  (chipset: %s)", text,
			   pci_class_short_name(writing->names, writing->ids, device->class, name,
						sizeof(name)));
	text = add_forces(writing, text, member);
	if (member->result != RESULT_LEFT)
		dark = explain_dark(arena, member);
	put(writing, INDENT, dark ? SAY(arena, "%s  (%s)", text, dark) : text);
	if (writing->names && writing->ids &&
	    pci_device_name(writing->names, writing->ids, &device->id, name, sizeof(name)))
		put(writing, DETAIL_INDENT, name);
}

/* Returns the plan's group of a number; NULL if it has none. */
static const struct planned_group *find_group(const struct plan *plan, int number)
{
	for (size_t i = 0; i < plan->group_count; i++)
		if (plan->groups[i].number == number)
			return &plan->groups[i];
	return NULL;
}

/* Names the functions of a card of this group that stay behind in another group. */
static void put_rest(const struct writing *writing, const struct planned_group *group)
{
	const struct topology *topology = &writing->run->topology;
	char address[PCI_ADDRESS_SIZE], class[256];

	for (size_t i = 0; i < group->count; i++) {
		const struct device *device = group->members[i].device, *rest = NULL;

		if (i &&
		    pci_address_same_slot(&group->members[i - 1].device->address, &device->address))
			continue;
		while ((rest = picks_find_rest(topology, device, rest))) {
			const char *where = explain_address(rest, address);

			if (rest->group < 0 || find_group(&writing->run->plan, rest->group))
				continue;
			put(writing, INDENT,
			    SAY(writing->run->arena,
				"the rest of the card is in group %d and stays with the host: the "
				"%s %s; to take that too, list %s",
				rest->group,
				pci_class_short_name(writing->names, writing->ids, rest->class,
						     class, sizeof(class)),
				where, where));
		}
	}
}

/* Writes the notes on a group that is to be taken. */
static void put_notes(const struct writing *writing, const struct planned_group *group)
{
	struct arena *arena = writing->run->arena;

	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];

		if (member->blocks)
			put(writing, INDENT, explain_block(arena, member));
		if (member->claim)
			put(writing, INDENT, explain_claim(arena, member));
	}
	put_rest(writing, group);
}

static void put_group(const struct writing *writing, const struct planned_group *group)
{
	const struct run *run = writing->run;
	const char *state = group->refused ? "refused" : "to be taken", *price;

	put(writing, 0,
	    group->number >= 0 ? SAY(run->arena, "group %d: %s", group->number, state)
			       : SAY(run->arena, "no group: %s", state));
	for (size_t i = 0; i < group->count; i++)
		put_member(writing, &group->members[i]);
	if (!group->refused) {
		put_notes(writing, group);
		return;
	}
	put(writing, INDENT, explain_kept(run, group, writing->names, writing->ids));
	price = explain_price(run, group, writing->names, writing->ids);
	if (price)
		put(writing, INDENT, price);
}

void report_text(const struct run *run, FILE *out, struct pci_source *names, const char *ids)
{
	struct writing writing = { .run = run, .names = names, .ids = names ? ids : NULL };
	const struct plan *plan = &run->plan;

	terminal_open(&writing.terminal, out);
	if (run->settings.profile)
		put(&writing, 0, SAY(run->arena, "profile: %s", run->settings.profile));
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		put(&writing, 0,
		    SAY(run->arena, "error: %s", explain_problem(run->arena, problem)));
	for (size_t i = 0; i < plan->finding_count; i++)
		put(&writing, 0,
		    SAY(run->arena, "not taken: %s",
			explain_finding(run->arena, &plan->findings[i])));
	for (size_t i = 0; i < plan->group_count; i++)
		put_group(&writing, &plan->groups[i]);
	for (size_t i = 0; i < plan->leftover_count; i++)
		put(&writing, 0,
		    SAY(run->arena, "not taken: %s", explain_leftover(run, &plan->leftovers[i])));
	if (settings_are_off(&run->settings))
		put(&writing, 0, SAY(run->arena, "off: %s", explain_off(run)));
	else if (settings_find_stop(&run->settings))
		put(&writing, 0, explain_stop(run->arena, &run->settings));
	else if (!run_is_wanted(run))
		put(&writing, 0, "no devices are listed: nothing to do");
	else if (explain_nothing_picked(run))
		put(&writing, 0,
		    SAY(run->arena, "nothing is taken: %s", explain_nothing_picked(run)));
}
