// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/execute.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "machine/binding.h"

static int fail(struct member *member, enum step step, int error)
{
	if (member->failed_step == STEP_NONE) {
		member->failed_step = step;
		member->error = error;
	}
	member->step = STEP_NONE;
	return error;
}

/* Unbinds a driver, which may never let go. */
static int unbind(const struct execution *execution, const struct device *device,
		  const char *driver)
{
	return execution->lingers
		       ? binding_unbind_or_linger(execution->sysfs, &execution->deadline, device,
						  driver)
		       : binding_unbind(execution->sysfs, &execution->deadline, device, driver);
}

static int take_override(const struct execution *execution, struct member *member)
{
	int error;

	member->step = STEP_OVERRIDE;
	member->override_written = true;
	error = binding_override(execution->sysfs, member->device, member->driver);
	/* What the kernel refused it did not change; of a short write that is not known. */
	member->override_written = !error || error == -EIO;
	if (error)
		return fail(member, STEP_OVERRIDE, error);
	member->step = STEP_NONE;
	return 0;
}

static int take_framebuffer(const struct execution *execution, struct member *member)
{
	int error;

	member->step = STEP_RELEASE;
	error = binding_release(execution->sysfs, &execution->deadline, member->device);
	if (error == -ETIMEDOUT)
		member->result = RESULT_STUCK;
	member->released = !error;
	/* Without a driver it was given up by somebody else meanwhile. */
	if (error && binding_has_framebuffer_driver(execution->sysfs, member->device))
		return fail(member, STEP_RELEASE, error);
	member->step = STEP_NONE;
	return 0;
}

static void settle(struct member *member, const char *driver)
{
	snprintf(member->driver_after, sizeof(member->driver_after), "%.*s",
		 (int)sizeof(member->driver_after) - 1, driver);
	member->settled = true;
	member->step = STEP_NONE;
}

struct listing {
	struct plan *plan;
	const char *driver;
};

static int compare_address(const void *address, const void *member)
{
	return pci_address_compare(address, &(*(struct member *const *)member)->device->address);
}

static int note_listed(void *context, const char *name)
{
	const struct listing *listing = context;
	struct pci_address address;
	struct member **member;

	if (pci_address_parse(name, strlen(name), &address))
		return 0;
	member = bsearch(&address, listing->plan->binds, listing->plan->bind_count, sizeof(*member),
			 compare_address);
	if (member && streq((*member)->driver, listing->driver))
		(*member)->listed = true;
	return 0;
}

/*
 * Sees whom the drivers took when they were loaded. A driver's directory has a
 * link to each of its devices as each of them has one to its driver, made and
 * removed with it (drivers/base/dd.c, driver_sysfs_add()): one look tells of all.
 */
static void list_bound(struct plan *plan, const struct execution *execution)
{
	for (size_t i = 0; i < plan->module_count; i++) {
		struct listing listing = { plan, plan->modules[i].name };
		char path[SYSFS_PATH_SIZE];

		if (!plan->modules[i].required)
			continue;
		binding_driver_path(listing.driver, "", path);
		/* Of whom it does not tell, their own links do. */
		sysfs_list(execution->sysfs, path, note_listed, &listing);
	}
}

/* Binds a member that the module's own loading did not bind, and reads the link back. */
static int take_device(const struct execution *execution, struct member *member)
{
	char driver[BOUND_NAME_SIZE];
	int error, bind_error = 0;

	member->step = STEP_READ_BACK;
	if (member->listed) {
		settle(member, member->driver);
		member->result = RESULT_TAKEN;
		return 0;
	}
	error = binding_read(execution->sysfs, member->device, driver);
	if (!error && driver[0] && !streq(driver, member->driver)) {
		member->step = STEP_UNBIND;
		error = unbind(execution, member->device, driver);
		if (error == -ETIMEDOUT)
			member->result = RESULT_STUCK;
		if (error)
			return fail(member, STEP_UNBIND, error);
		member->unbound = true;
		driver[0] = '\0';
	}
	if (!error && !driver[0]) {
		member->step = STEP_BIND;
		bind_error = binding_bind(execution->sysfs, member->device, member->driver);
		error = binding_read(execution->sysfs, member->device, driver);
	}
	if (error)
		return fail(member, STEP_READ_BACK, error);
	settle(member, driver);
	if (streq(driver, member->driver)) {
		member->result = RESULT_TAKEN;
		return 0;
	}
	/* Older kernels report success when nothing was bound. */
	return fail(member, STEP_BIND, bind_error ? bind_error : -ENODEV);
}

/* Whether a driver, or none where it is empty, is what the device had before. */
static bool is_as_before(const struct device *device, const char *driver)
{
	return streq(driver, device->driver ? device->driver : "");
}

/* Takes our override off; one that is free then is offered to its own driver again. */
static int give_back(const struct execution *execution, struct member *member, bool is_free)
{
	const struct device *device = member->device;
	const char *before = device->driver_override;
	/* An override that stood there before us may keep its own driver off: that comes last. */
	bool restore_later = is_free && before && device->driver;
	int error = 0;

	member->step = STEP_OVERRIDE;
	if (member->override_written || restore_later)
		error = binding_override(execution->sysfs, device, restore_later ? NULL : before);
	/* What was free under an override before is to be so again. */
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

/* Puts one member back to what it was before. */
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
	/* One that had the override before may have been bound by loading the module alone. */
	if (!member->override_written && !member->unbound && !member->released &&
	    (error || is_as_before(device, driver))) {
		member->result = RESULT_LEFT;
		return;
	}
	member->step = STEP_UNBIND;
	if (!error && streq(driver, member->driver) && !is_as_before(device, driver)) {
		error = unbind(execution, device, driver);
		if (!error)
			driver[0] = '\0';
	}
	/* Before its own driver is there again, which has the better claim to the memory. */
	if (error != -ETIMEDOUT && member->released) {
		member->step = STEP_RELEASE;
		member->released = binding_restore(execution->sysfs, device) != 0;
	}
	if (error != -ETIMEDOUT) {
		int given = give_back(execution, member, !error && !driver[0]);

		error = error ? error : given;
	}
	read_error = binding_read(execution->sysfs, device, driver);
	if (!read_error)
		settle(member, driver);
	/* What went away meanwhile needs nothing undone. */
	lost = error || read_error || member->released ||
	       (!driver[0] && (device->driver || member->unbound));
	if (lost && binding_is_gone(execution->sysfs, device))
		lost = false;
	member->result = lost ? RESULT_STUCK : RESULT_UNDONE;
	member->step = STEP_NONE;
}

/* Undoing has its own time, however little the work has left. */
static void undo_group(struct plan *plan, const struct execution *execution,
		       struct planned_group *group)
{
	struct deadline own = deadline_after(EXECUTE_UNDO_MILLISECONDS / 2);
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

/* Whether what the module provides is there: its driver on the bus, or the module itself. */
static bool is_provided(const struct execution *execution, const struct planned_module *module)
{
	char path[SYSFS_PATH_SIZE];

	if (module->required)
		binding_driver_path(module->name, "", path);
	else
		snprintf(path, sizeof(path), "module/%s", module->name);
	return sysfs_exists(execution->sysfs, path);
}

/* Whether the action is to bind a member to the module's driver, in a group that may be taken. */
static bool binds_to(const struct action *action, const struct planned_module *module)
{
	return action->kind == ACTION_BIND && !action->group->failed &&
	       streq(action->member->driver, module->name);
}

static void fail_driver(const struct execution *execution, struct plan *plan,
			const struct planned_module *module)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = &plan->actions[i];

		if (binds_to(action, module)) {
			fail(action->member, STEP_LOAD, module->error);
			undo_group(plan, execution, action->group);
		}
	}
}

static void load_module(struct plan *plan, const struct execution *execution,
			struct planned_module *module)
{
	/* The others are waited for by loading them: they show before they are ready. */
	module->done = module->required && is_provided(execution, module);
	if (module->done)
		return;
	/* Should it never return. */
	module->error = -ETIMEDOUT;
	module->error = execution->loader->load(execution->loader->context, module->name);
	module->done = module->error == 0 || is_provided(execution, module);
	if (module->done)
		module->error = 0;
	else if (module->required)
		fail_driver(execution, plan, module);
}

static bool needs_module(const struct plan *plan, const struct planned_module *module)
{
	bool needed = false;

	for (size_t i = 0; i < plan->action_count && !needed; i++) {
		const struct action *action = &plan->actions[i];

		needed = module->required ? binds_to(action, module)
					  : action->kind == ACTION_BIND && !action->group->failed;
	}
	return needed;
}

/* Reads back what was there before us, which nobody should have touched. */
static void verify_untouched(struct plan *plan, const struct execution *execution,
			     struct planned_group *group)
{
	for (size_t i = 0; i < group->count && !group->failed; i++) {
		struct member *member = &group->members[i];
		char driver[BOUND_NAME_SIZE];
		int error;

		if (member->role != ROLE_TAKE || member->result != RESULT_PENDING)
			continue;
		error = binding_read(execution->sysfs, member->device, driver);
		if (!error && streq(driver, member->driver)) {
			settle(member, driver);
			member->result = RESULT_ALREADY;
			continue;
		}
		fail(member, STEP_READ_BACK, error ? error : -ENODEV);
		undo_group(plan, execution, group);
	}
}

static void run_action(struct plan *plan, const struct execution *execution, struct action *action)
{
	int error = 0;

	switch (action->kind) {
	case ACTION_LOAD:
		if (needs_module(plan, action->module))
			load_module(plan, execution, action->module);
		return;
	case ACTION_OVERRIDE:
		if (!action->group->failed)
			error = take_override(execution, action->member);
		break;
	case ACTION_RELEASE:
		if (!action->group->failed)
			error = take_framebuffer(execution, action->member);
		break;
	case ACTION_BIND:
		if (!action->group->failed)
			error = take_device(execution, action->member);
		break;
	}
	if (error)
		undo_group(plan, execution, action->group);
}

static bool is_stopped(const struct execution *execution)
{
	return execution->is_stopped && execution->is_stopped(execution->context);
}

/* Whether all of a group came out as it is to be, or was undone as far as that goes. */
static bool is_finished(const struct planned_group *group)
{
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

/* Whether a member is in a step that its own child may still be in. */
static bool may_block(const struct planned_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].step == STEP_UNBIND || group->members[i].step == STEP_RELEASE)
			return true;
	return false;
}

/* What the worker that died had not noted yet; to undo what did not happen does no harm. */
static void recover(const struct execution *execution, struct member *member, bool was_undone)
{
	member->override_written |= member->step == STEP_OVERRIDE || member->step == STEP_BIND;
	member->unbound |= member->step == STEP_UNBIND && !was_undone;
	if (member->step == STEP_RELEASE)
		member->released =
			!binding_has_framebuffer_driver(execution->sysfs, member->device);
	member->step = STEP_NONE;
}

/* What ended the step that a member was in. */
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

/* A child that unbinds outlives a worker that was killed for taking too long. */
static bool is_over(const struct member *member, enum worker_end end)
{
	return end == WORKER_DIED || (end == WORKER_KILLED && member->step != STEP_UNBIND &&
				      member->step != STEP_RELEASE);
}

static void undo_unfinished(struct plan *plan, const struct execution *execution,
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

/* Says of the groups that waited for a module that it was this one's loading that did not end. */
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

			if (binds_to(action, module)) {
				fail(action->member, STEP_LOAD, module->error);
				action->group->failed = true;
			}
		}
	}
}

void execute_undo_unfinished(struct plan *plan, const struct execution *execution,
			     enum worker_end end)
{
	blame_loading(plan, end);
	/* What may block comes last. */
	for (int blocking = 0; blocking <= 1; blocking++)
		for (size_t i = 0; i < plan->group_count; i++)
			if (!plan->groups[i].refused && !is_finished(&plan->groups[i]) &&
			    (blocking || !may_block(&plan->groups[i])))
				undo_unfinished(plan, execution, &plan->groups[i], end);
}

/* Gives a group back although its last step may have completed it; NULL for none. */
static void stop_group(struct plan *plan, const struct execution *execution,
		       struct planned_group *group)
{
	if (group && !group->failed)
		undo_unfinished(plan, execution, group, WORKER_STOPPED);
}

void execute(struct plan *plan, const struct execution *execution)
{
	bool listed = false;

	for (size_t i = 0; i < plan->action_count; i++) {
		if (plan->actions[i].kind == ACTION_BIND && !listed) {
			list_bound(plan, execution);
			listed = true;
		}
		if (!is_stopped(execution)) {
			run_action(plan, execution, &plan->actions[i]);
			if (!is_stopped(execution))
				continue;
			/* What stopped it came during this step: its group was still under way. */
			stop_group(plan, execution, plan->actions[i].group);
		}
		execute_undo_unfinished(plan, execution, WORKER_STOPPED);
		return;
	}
	for (size_t i = 0; i < plan->group_count; i++)
		if (!plan->groups[i].refused)
			verify_untouched(plan, execution, &plan->groups[i]);
}

/* Corrects what is said of one member by the driver that it has. */
static void correct_member(struct member *member, const char *driver)
{
	const struct device *device = member->device;
	bool taken = member->result == RESULT_TAKEN || member->result == RESULT_ALREADY;

	if (taken && !streq(driver, member->driver))
		member->result = is_as_before(device, driver) ? RESULT_UNDONE : RESULT_STUCK;
	settle(member, driver);
}

void execute_read_back(struct plan *plan, const struct sysfs *sysfs)
{
	for (size_t i = 0; i < plan->group_count; i++) {
		struct planned_group *group = &plan->groups[i];

		for (size_t j = 0; !group->refused && j < group->count; j++) {
			struct member *member = &group->members[j];
			char driver[BOUND_NAME_SIZE];

			/* What is gone keeps what was noted of it. */
			if (member->role != ROLE_TAKE ||
			    binding_read(sysfs, member->device, driver) ||
			    (!driver[0] && binding_is_gone(sysfs, member->device)))
				continue;
			correct_member(member, driver);
			if (member->result != RESULT_TAKEN && member->result != RESULT_ALREADY)
				group->failed = true;
		}
	}
}
