// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "lib/text.h"
#include "lib/util.h"
#include "plan/enum_names.h"
#include "plan/explain.h"
#include "plan/report.h"

/* Writes the guards that stand: "  [protected, storage]". */
static void print_guards(FILE *out, const struct member *member)
{
	const char *before = "  [";

	for (size_t i = 0; i < member->hold_count; i++) {
		if (member->holds[i].force)
			continue;
		text_print(out, "%s%s", before, refusal_name(member->holds[i].refusal));
		before = ", ";
	}
	if (member->refusal != REFUSAL_NONE)
		text_print(out, "]");
}

static void print_forces(const struct run *run, FILE *out, const struct member *member)
{
	for (size_t i = 0; i < member->hold_count; i++) {
		const struct hold *hold = &member->holds[i];

		if (hold->force)
			text_print(out, "  [forced: %s, by %s, %s]", refusal_name(hold->refusal),
				   hold->force->text,
				   explain_origin(run->arena, &hold->force->origin));
	}
}

static void print_member(const struct run *run, FILE *out, const struct member *member,
			 struct pci_source *names, const char *ids)
{
	const struct device *device = member->device;
	char address[PCI_ADDRESS_SIZE], name[256];
	const char *known = NULL, *dark = NULL;

	if (member->result != RESULT_LEFT)
		dark = explain_dark(run->arena, member);
	text_print(out, "  %s %04x:%04x  ", pci_address_format(&device->address, address),
		   device->id.vendor, device->id.device);
	if (member->role == ROLE_LEAVE)
		text_print(out, "bridge, left alone");
	else if (member->result == RESULT_LOST)
		text_print(out, "%s, lost to the host: it goes away with %s",
			   device->driver ? device->driver : "no driver",
			   pci_address_format(&device->vmd->address, address));
	else if (member->result == RESULT_LEFT)
		text_print(out, "stays with %s", device->driver ? device->driver : "the host");
	else if (device->driver && streq(device->driver, member->driver))
		text_print(out, "%s already", member->driver);
	else
		text_print(out, "%s -> %s", device->driver ? device->driver : "none",
			   member->driver);
	print_guards(out, member);
	if (member->refusal == REFUSAL_NONE && member->selector)
		text_print(out, "  (listed: %s, %s)", member->selector->text,
			   explain_origin(run->arena, &member->selector->origin));
	print_forces(run, out, member);
	if (dark)
		text_print(out, "  (%s)", dark);
	if (names)
		known = pci_device_name(names, ids, &device->id, name, sizeof(name));
	text_print(out, "\n");
	if (known)
		text_print(out, "      %s\n", known);
}

/* Writes the notes on a member that is to be taken or that stays beside it. */
static void print_notes(const struct run *run, FILE *out, const struct member *member)
{
	if (member->blocks)
		text_print(out, "  %s\n", explain_block(run->arena, member));
	if (member->claim)
		text_print(out, "  %s\n", explain_claim(run->arena, member));
}

void report_text(const struct run *run, FILE *out, struct pci_source *names, const char *ids)
{
	const struct plan *plan = &run->plan;

	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		text_print(out, "error: %s\n", explain_problem(run->arena, problem));
	for (size_t i = 0; i < plan->finding_count; i++)
		text_print(out, "not taken: %s\n", explain_finding(run->arena, &plan->findings[i]));
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		if (group->number >= 0)
			text_print(out, "group %d: ", group->number);
		else
			text_print(out, "no group: ");
		text_print(out, "%s\n", group->refused ? "refused" : "to be taken");
		for (size_t j = 0; j < group->count; j++)
			print_member(run, out, &group->members[j], names, ids);
		for (size_t j = 0; !group->refused && j < group->count; j++)
			print_notes(run, out, &group->members[j]);
		if (group->refused)
			text_print(out, "  %s\n", explain_refusal(run, group));
	}
	for (size_t i = 0; i < plan->leftover_count; i++)
		text_print(out, "not taken: %s\n", explain_leftover(run, &plan->leftovers[i]));
	if (settings_are_off(&run->settings))
		text_print(out, "off: %s\n", explain_off(run));
	else if (settings_find_stop(&run->settings))
		text_print(out, "%s\n", explain_stop(run->arena, &run->settings));
	else if (!run_is_wanted(run))
		text_print(out, "no devices are listed: nothing to do\n");
	else if (explain_nothing_picked(run))
		text_print(out, "nothing is taken: %s\n", explain_nothing_picked(run));
}
