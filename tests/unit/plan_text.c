// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan_text.h"

#include <string.h>

/* Writes an address without domain 0000. */
static const char *brief(const struct pci_address *address, char *text)
{
	pci_address_format(address, text);
	return strncmp(text, "0000:", 5) == 0 ? text + 5 : text;
}

void plan_text_groups(const struct plan *plan, struct text *text)
{
	static const char *const refusals[] = {
		"none", "no-group", "gone", "behind",  "storage", "boot-display", "protected",
		"vfs",	"excluded", "new",  "network", "unknown", "console",	  "watchdog",
	};
	char address[PCI_ADDRESS_SIZE];

	_Static_assert(ARRAY_SIZE(refusals) == REFUSAL_COUNT, "each refusal has a word");
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];

		text_add(text, "%s%s%d{", i ? " " : "", group->refused ? "!" : "", group->number);
		for (size_t j = 0; j < group->count; j++) {
			const struct member *member = &group->members[j];

			text_add(text, "%s%s%s", j ? "," : "",
				 member->role == ROLE_LEAVE ? ":" : "",
				 brief(&member->device->address, address));
			if (member->refusal != REFUSAL_NONE)
				text_add(text, "=%s", refusals[member->refusal]);
			/* Nothing is done yet, and nothing will be if it is left. */
			check_number("result", member->result,
				     group->refused || member->role == ROLE_LEAVE ? RESULT_LEFT
										  : RESULT_PENDING);
		}
		text_add(text, "}");
	}
}

void plan_text_findings(const struct plan *plan, struct text *text)
{
	static const char *const kinds[] = { "absent",	"identity",	    "bridges-only",
					     "behind",	"excludes-nothing", "unknown",
					     "mistyped" };
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->finding_count; i++) {
		const struct finding *finding = &plan->findings[i];

		text_add(text, " %s:%s", finding->selector->text, kinds[finding->kind]);
		if (finding->device)
			text_add(text, " there %s", brief(&finding->device->address, address));
		if (finding->moved)
			text_add(text, " moved %s", brief(&finding->moved->address, address));
	}
}
