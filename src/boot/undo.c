// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/undo.h"

#include <errno.h>

#include "boot/member.h"
#include "lib/util.h"
#include "machine/binding.h"

/* Removes our override; a device without a driver is then offered to its own driver. */
static int give_back(const struct execution *execution, struct member *member, bool is_free)
{
	const struct device *device = member->device;
	const char *before = device->driver_override;
	/* An earlier override may keep its own driver off, so it is restored last. */
	bool restore_later = is_free && before && device->driver;
	int error = 0;

	member->step = STEP_OVERRIDE;
	if (member->override_written || restore_later)
		error = binding_override(execution->sysfs, device, restore_later ? NULL : before);
	/* A device that an earlier override left without a driver stays without one. */
	if (!error && is_free && (device->driver || !before)) {
		member->step = STEP_BIND;
		binding_offer(execution->sysfs, device);
	}
	if (!error && restore_later) {
		member->step = STEP_OVERRIDE;
		error = binding_override(execution->sysfs, device, before);
	}
	return error;
}

/* Restores one member to its state before the run. */
static void undo_member(const struct execution *execution, struct member *member)
{
	const struct device *device = member->device;
	char driver[BOUND_NAME_SIZE];
	int error, read_error;
	bool lost;

	if (member->step != STEP_NONE || member->result == RESULT_STUCK) {
		member->result = RESULT_STUCK;
		return;
	}
	error = binding_read(execution->sysfs, device, driver);
	/* A member with an earlier override may have been bound by loading the module. */
	if (!member->override_written && !member->unbound && !member->released &&
	    (error || member_is_as_before(device, driver))) {
		member->result = RESULT_LEFT;
		return;
	}
	member->step = STEP_UNBIND;
	if (!error && streq(driver, member->driver) && !member_is_as_before(device, driver)) {
		error = member_unbind(execution, device, driver);
		if (!error)
			driver[0] = '\0';
	}
	/* Before the device's own driver is back, which then takes the memory over. */
	if (error != -ETIMEDOUT && member->released) {
		member->step = STEP_EVICT_FRAMEBUFFER;
		member->released = binding_restore_framebuffer(execution->sysfs, device) != 0;
	}
	if (error != -ETIMEDOUT) {
		int given = give_back(execution, member, !error && !driver[0]);

		error = error ? error : given;
	}
	read_error = binding_read(execution->sysfs, device, driver);
	if (!read_error)
		member_settle(member, driver);
	/* A device unplugged meanwhile needs no undoing. */
	lost = error || read_error || member->released ||
	       (!driver[0] && (device->driver || member->unbound));
	if (lost && binding_is_gone(execution->sysfs, device))
		lost = false;
	member->result = lost ? RESULT_STUCK : RESULT_UNDONE;
	member->step = STEP_NONE;
}

void undo_group(struct plan *plan, const struct execution *execution, struct planned_group *group)
{
	struct deadline own = deadline_after(UNDO_MILLISECONDS / 2);
	struct execution undoing = *execution;

	if (undoing.deadline.at < own.at)
		undoing.deadline = own;
	group->failed = true;
	plan->undoing = true;
	for (size_t i = group->count; i > 0; i--)
		if (group->members[i - 1].role == ROLE_TAKE)
			undo_member(&undoing, &group->members[i - 1]);
	plan->undoing = false;
}

/* Returns whether a group was taken as a whole, or undone as far as possible. */
static bool is_finished(const struct planned_group *group)
{
	if (group->joined && !group->failed)
		return false;
	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];
		bool taken = member->result == RESULT_TAKEN || member->result == RESULT_ALREADY;

		if (member->role == ROLE_TAKE &&
		    (member->step != STEP_NONE || member->result == RESULT_PENDING ||
		     taken == group->failed))
			return false;
	}
	return true;
}

/* Returns whether a member is in a step that its child may still be in. */
static bool may_block(const struct planned_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].step == STEP_UNBIND || group->members[i].step == STEP_RESET ||
		    group->members[i].step == STEP_EVICT_FRAMEBUFFER)
			return true;
	return false;
}

/*
 * Assumes that a dead worker did its last step without recording it: undoing too much is
 * harmless.
 */
static void recover(const struct execution *execution, struct member *member, bool was_undone)
{
	member->override_written |= member->step == STEP_OVERRIDE || member->step == STEP_BIND;
	member->unbound |= member->step == STEP_UNBIND && !was_undone;
	if (member->step == STEP_EVICT_FRAMEBUFFER)
		member->released =
			!binding_has_framebuffer_driver(execution->sysfs, member->device);
	member->step = STEP_NONE;
}

/* Returns the -errno for how the worker ended. */
static int end_error(enum worker_end end)
{
	switch (end) {
	case WORKER_CUT_OFF:
	case WORKER_KILLED:
		return -ETIMEDOUT;
	case WORKER_DIED:
		return -EOWNERDEAD;
	case WORKER_STOPPED:
		break;
	}
	return -EINTR;
}

/*
 * Returns whether no process is in the member's step any more: a child that unbinds or resets
 * outlives a worker killed for taking too long.
 */
static bool is_over(const struct member *member, enum worker_end end)
{
	return end == WORKER_DIED ||
	       (end == WORKER_KILLED && member->step != STEP_UNBIND && member->step != STEP_RESET &&
		member->step != STEP_EVICT_FRAMEBUFFER);
}

static void undo_unfinished_group(struct plan *plan, const struct execution *execution,
				  struct planned_group *group, enum worker_end end)
{
	for (size_t i = 0; i < group->count; i++) {
		struct member *member = &group->members[i];

		if (member->step != STEP_NONE && member->failed_step == STEP_NONE) {
			member->failed_step = member->step;
			member->error = end_error(end);
		} else if (member->failed_step == STEP_NONE && end == WORKER_STOPPED) {
			member->error = end_error(end);
		}
		if (is_over(member, end))
			recover(execution, member, group->failed);
	}
	undo_group(plan, execution, group);
}

/* Records for groups that waited for a module that loading it did not end. */
static void blame_loading(struct plan *plan, enum worker_end end)
{
	for (size_t i = 0; i < plan->module_count; i++) {
		struct planned_module *module = &plan->modules[i];

		if (module->done || module->error != -ETIMEDOUT)
			continue;
		if (end == WORKER_DIED)
			module->error = -EOWNERDEAD;
		for (size_t j = 0; module->required && j < plan->action_count; j++) {
			struct action *action = &plan->actions[j];

			if (action_binds_to(action, module)) {
				member_fail(action->member, STEP_LOAD, module->error);
				action->group->failed = true;
			}
		}
	}
}

void undo_unfinished(struct plan *plan, const struct execution *execution, enum worker_end end)
{
	blame_loading(plan, end);
	/* Groups that may block come last. */
	for (int blocking = 0; blocking <= 1; blocking++)
		for (size_t i = 0; i < plan->group_count; i++)
			if (!plan->groups[i].refused && !is_finished(&plan->groups[i]) &&
			    (blocking || !may_block(&plan->groups[i])))
				undo_unfinished_group(plan, execution, &plan->groups[i], end);
}

void undo_stopped_group(struct plan *plan, const struct execution *execution,
			struct planned_group *group)
{
	if (group && !group->failed)
		undo_unfinished_group(plan, execution, group, WORKER_STOPPED);
}
