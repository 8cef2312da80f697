// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "scenarios.h"
#include "unit.h"

static struct kernel_device *device_of(const struct member *member)
{
	char text[PCI_ADDRESS_SIZE];

	return kernel_device(pci_address_format(&member->device->address, text));
}

/* Checks the driver that was read back against the actual one. */
static void check_driver_after(const char *name, const struct member *member,
			       const struct kernel_device *device)
{
	const char *driver = device->gone || !device->driver ? "" : device->driver;

	check_true(name, member->settled);
	check_text(name, member->driver_after, driver);
}

static void check_taken(const char *name, const struct member *member,
			const struct kernel_device *device)
{
	bool before = device->driver_before && streq(device->driver_before, member->driver);

	check_text(name, device->driver, member->driver);
	check_text(name, device->override, member->driver);
	check_number(name, member->result, before ? RESULT_ALREADY : RESULT_TAKEN);
	check_number(name, member->failed_step, STEP_NONE);
	check_number(name, member->error, 0);
	check_driver_after(name, member, device);
}

static void check_given_back(const char *name, const struct member *member,
			     const struct kernel_device *device, unsigned int allowed)
{
	if (member->result == RESULT_STUCK) {
		check_true(name, allowed & OUTCOME_STUCK);
		/*
		 * A member that kept our override may be bound by loading another group's
		 * module.
		 */
		if (member->settled && member->step == STEP_NONE &&
		    streq(device->override, device->override_before))
			check_driver_after(name, member, device);
		return;
	}
	if (member->result == RESULT_UNDONE)
		check_driver_after(name, member, device);
	else
		check_number(name, member->result, RESULT_LEFT);
	check_true(name, device->gone || kernel_is_as_before(device));
}

static void check_member(const char *name, const struct planned_group *group,
			 const struct member *member, unsigned int allowed)
{
	const struct kernel_device *device = device_of(member);

	/* A worker that was cut off may leave a member in the middle of a step. */
	if (member->result != RESULT_STUCK)
		check_number(name, member->step, STEP_NONE);
	if (group->refused || member->role == ROLE_LEAVE) {
		check_number(name, (long long)device->touched, 0);
		check_number(name, member->result, RESULT_LEFT);
		check_true(name, kernel_is_as_before(device));
	} else if (group->failed) {
		check_given_back(name, member, device, allowed);
	} else {
		check_taken(name, member, device);
	}
}

static bool is_planned(struct plan *plan, const struct kernel_device *device)
{
	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++)
			if (device_of(&plan->groups[i].members[j]) == device)
				return true;
	return false;
}

void outcome_check(const char *name, struct plan *plan, unsigned int allowed)
{
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];
		bool blamed = false;

		for (size_t j = 0; j < group->count; j++) {
			struct text row = { .used = 0 };
			char address[PCI_ADDRESS_SIZE];

			text_add(&row, "%s: %s", name,
				 pci_address_format(&group->members[j].device->address, address));
			check_member(row.bytes, group, &group->members[j], allowed);
			blamed |= group->members[j].failed_step != STEP_NONE;
		}
		check_true(name, group->failed || !blamed);
		check_true(name, blamed || !group->failed || allowed & OUTCOME_CUT);
	}
	for (size_t i = 0; i < kernel.device_count; i++) {
		if (is_planned(plan, &kernel.devices[i]))
			continue;
		check_number(name, (long long)kernel.devices[i].touched, 0);
		check_true(name, kernel_is_as_before(&kernel.devices[i]));
	}
}

static enum step step_of(const char *path)
{
	if (strstr(path, "/driver_override"))
		return STEP_OVERRIDE;
	if (strstr(path, "-framebuffer/"))
		return STEP_EVICT_FRAMEBUFFER;
	return strstr(path, "/unbind") ? STEP_UNBIND : STEP_BIND;
}

void outcome_check_failure(const char *name, struct plan *plan, int error)
{
	const struct member *blamed = NULL;

	for (size_t i = 0; i < plan->group_count; i++) {
		for (size_t j = 0; j < plan->groups[i].count; j++) {
			const struct member *member = &plan->groups[i].members[j];

			if (member->failed_step == STEP_NONE)
				continue;
			check_true(name, !blamed && plan->groups[i].failed);
			blamed = member;
		}
	}
	if (!blamed) {
		fail_msg("%s: nobody is to blame", name);
		return;
	}
	check_number(name, blamed->error, error);
	check_number(name, blamed->failed_step, step_of(kernel.failed_path));
}

void outcome_check_groups(const char *name, struct plan *plan, const char *wanted)
{
	static const char *const results[] = { "pending", "taken",  "already",
					       "left",	  "undone", "stuck" };
	static const char *const steps[] = { "none", "reset",  "override", "release",
					     "load", "unbind", "bind",	   "read" };
	struct text text = { .used = 0 };

	for (size_t i = 0; i < plan->group_count; i++) {
		const struct planned_group *group = &plan->groups[i];
		const char *comma = "";

		text_add(&text, "%s%s%d:", i ? " " : "", group->failed ? "!" : "", group->number);
		for (size_t j = 0; j < group->count; j++) {
			const struct member *member = &group->members[j];

			if (member->role == ROLE_LEAVE)
				continue;
			text_add(&text, "%s%s", comma, results[member->result]);
			if (member->failed_step != STEP_NONE)
				text_add(&text, "(%s %d)", steps[member->failed_step],
					 member->error);
			comma = ",";
		}
	}
	check_text(name, text.bytes, wanted);
}
