// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/execute.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/member.h"
#include "boot/undo.h"
#include "lib/text.h"
#include "lib/util.h"
#include "machine/binding.h"

/*
 * Resets a member after kexec, unless a driver has it: that has taken it over, and shuts it down
 * properly when it is unbound. A failed reset does not prevent the taking: vfio-pci resets the
 * device once more when it is opened (drivers/vfio/pci/vfio_pci_core.c, vfio_pci_core_enable()).
 * Only one that does not end does, as every further step would wait for it.
 */
static int reset_after_kexec(const struct execution *execution, struct member *member)
{
	char driver[BOUND_NAME_SIZE];
	int error;

	if (!execution->kexec || binding_read(execution->sysfs, member->device, driver) ||
	    driver[0])
		return 0;
	member->step = STEP_RESET;
	error = binding_reset(execution->sysfs, &execution->deadline, member->device);
	member->step = STEP_NONE;
	if (error == -ETIMEDOUT) {
		/* Restoring what was changed before would wait, too. */
		if (member->override_written)
			member->result = RESULT_STUCK;
		return member_fail(member, STEP_RESET, error);
	}
	member->reset = error == 0 ? RESET_DONE : error == -ENOENT ? RESET_NO_WAY : RESET_FAILED;
	member->reset_error = error;
	return 0;
}

/*
 * A device with the firmware's framebuffer in its memory is reset once that is released. Any other
 * is reset first, so that a reset that never ends leaves an untouched device to the host.
 */
static int take_override(const struct execution *execution, struct member *member)
{
	bool written = member->override_written;
	int error =
		written || member->device->framebuffer ? 0 : reset_after_kexec(execution, member);

	if (error)
		return error;
	member->step = STEP_OVERRIDE;
	member->override_written = true;
	error = binding_override(execution->sysfs, member->device, member->driver);
	/* A refused write changed nothing; after a short write the state is unknown. */
	member->override_written = written || !error || error == -EIO;
	if (error)
		return member_fail(member, STEP_OVERRIDE, error);
	member->step = STEP_NONE;
	return 0;
}

static int evict_framebuffer(const struct execution *execution, struct member *member)
{
	int error;

	member->step = STEP_EVICT_FRAMEBUFFER;
	error = binding_evict_framebuffer(execution->sysfs, &execution->deadline, member->device);
	if (error == -ETIMEDOUT)
		member->result = RESULT_STUCK;
	member->released = !error;
	/* Without a driver, somebody else released it meanwhile. */
	if (error && binding_has_framebuffer_driver(execution->sysfs, member->device))
		return member_fail(member, STEP_EVICT_FRAMEBUFFER, error);
	member->step = STEP_NONE;
	return reset_after_kexec(execution, member);
}

struct driver_visit {
	struct plan *plan;
	const char *driver;
};

static int compare_address(const void *address, const void *member)
{
	return pci_address_compare(address, &(*(struct member *const *)member)->device->address);
}

static int note_listed(void *context, const char *name)
{
	const struct driver_visit *visit = context;
	struct pci_address address;
	struct member **member;

	if (pci_address_parse(name, strlen(name), &address))
		return 0;
	member = bsearch(&address, visit->plan->binds, visit->plan->bind_count, sizeof(*member),
			 compare_address);
	if (member && streq((*member)->driver, visit->driver))
		(*member)->listed = true;
	return 0;
}

/*
 * Finds the devices that drivers have. A driver's directory has a link to
 * each of its devices, made and removed together with the device's link to the driver
 * (drivers/base/dd.c, driver_sysfs_add()), so one listing covers all.
 */
static void list_bound(struct plan *plan, const struct sysfs *sysfs)
{
	for (size_t i = 0; i < plan->bind_count; i++)
		plan->binds[i]->listed = false;
	for (size_t i = 0; i < plan->module_count; i++) {
		struct driver_visit visit = { plan, plan->modules[i].name };
		char path[SYSFS_PATH_SIZE];

		if (!plan->modules[i].required)
			continue;
		binding_driver_path(visit.driver, "", path);
		/* Devices missing here are checked by their own driver link. */
		sysfs_list(sysfs, path, note_listed, &visit);
	}
}

/*
 * Binds a member unless loading the module has bound it, and reads its driver link.
 * Returns 0 or -errno.
 */
static int take_device(const struct execution *execution, struct member *member)
{
	char driver[BOUND_NAME_SIZE];
	int error, bind_error = 0;

	member->step = STEP_READ_BACK;
	if (member->listed) {
		member_settle(member, member->driver);
		member->result = RESULT_TAKEN;
		return 0;
	}
	error = binding_read(execution->sysfs, member->device, driver);
	if (!error && driver[0] && !streq(driver, member->driver)) {
		member->step = STEP_UNBIND;
		error = member_unbind(execution, member->device, driver);
		if (error == -ETIMEDOUT)
			member->result = RESULT_STUCK;
		if (error)
			return member_fail(member, STEP_UNBIND, error);
		member->unbound = true;
		driver[0] = '\0';
	}
	if (!error && !driver[0]) {
		member->step = STEP_BIND;
		bind_error = binding_bind(execution->sysfs, member->device, member->driver);
		error = binding_read(execution->sysfs, member->device, driver);
	}
	if (error)
		return member_fail(member, STEP_READ_BACK, error);
	member_settle(member, driver);
	if (streq(driver, member->driver)) {
		member->result = RESULT_TAKEN;
		return 0;
	}
	/* Older kernels report success when nothing was bound. */
	return member_fail(member, STEP_BIND, bind_error ? bind_error : -ENODEV);
}

/* Returns whether the module's driver is on the bus or the module is loaded. */
static bool is_provided(const struct execution *execution, const struct planned_module *module)
{
	char path[SYSFS_PATH_SIZE];

	if (module->required)
		binding_driver_path(module->name, "", path);
	else
		snprintf(path, sizeof(path), "module/%s", module->name);
	return sysfs_exists(execution->sysfs, path);
}

static int compare_driver(void *context, const char *name)
{
	struct planned_module *module = context;

	if (!text_same_name(name, module->name))
		return 0;
	snprintf(module->driver, sizeof(module->driver), "%s", name);
	return 1;
}

/*
 * Binds to the driver that a loaded module has registered with '-' in place of its own '_', as
 * xe_vfio_pci does xe-vfio-pci. Without one, binding will fail.
 */
static void adopt_driver(struct plan *plan, const struct execution *execution,
			 struct planned_module *module)
{
	if (sysfs_list(execution->sysfs, "bus/pci/drivers", compare_driver, module) <= 0)
		return;
	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = &plan->actions[i];
		struct member *member = action->member;

		if (!action_binds_to(action, module))
			continue;
		member->driver = module->driver;
		if (member->override_written && take_override(execution, member))
			undo_group(plan, execution, action->group);
	}
	module->name = module->driver;
}

static void fail_driver(const struct execution *execution, struct plan *plan,
			const struct planned_module *module)
{
	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = &plan->actions[i];

		if (action_binds_to(action, module)) {
			member_fail(action->member, STEP_LOAD, module->error);
			undo_group(plan, execution, action->group);
		}
	}
}

static void load_module(struct plan *plan, const struct execution *execution,
			struct planned_module *module)
{
	/* Other modules show before they are ready; loading them waits. */
	module->done = module->required && is_provided(execution, module);
	if (module->done)
		return;
	/* The error that stays if loading never returns. */
	module->error = -ETIMEDOUT;
	module->error = execution->loader->load(execution->loader->context, module->name);
	module->done = module->error == 0 || is_provided(execution, module);
	if (!module->done && module->required)
		fail_driver(execution, plan, module);
	if (!module->done)
		return;
	module->error = 0;
	if (module->required && !is_provided(execution, module))
		adopt_driver(plan, execution, module);
}

static bool needs_module(const struct plan *plan, const struct planned_module *module)
{
	bool needed = false;

	for (size_t i = 0; i < plan->action_count && !needed; i++) {
		const struct action *action = &plan->actions[i];

		needed = module->required ? action_binds_to(action, module)
					  : action->kind == ACTION_BIND && !action->group->failed;
	}
	return needed;
}

/* Checks that members that were already on their driver still are. */
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
			member_settle(member, driver);
			member->result = RESULT_ALREADY;
			continue;
		}
		member_fail(member, STEP_READ_BACK, error ? error : -ENODEV);
		undo_group(plan, execution, group);
	}
}

struct group_look {
	const struct sysfs *sysfs;
	struct planned_group *group;
};

/* Returns whether the function can matter to the group: neither a bridge nor one that is gone. */
static bool is_endpoint(const struct sysfs *sysfs, const char *name)
{
	char path[SYSFS_PATH_SIZE], class[16];

	snprintf(path, sizeof(path), "bus/pci/devices/%s/class", name);
	return sysfs_read(sysfs, path, class, sizeof(class)) > 0 && !strstarts(class, "0x06");
}

static int find_joiner(void *context, const char *name)
{
	const struct group_look *look = context;
	struct planned_group *group = look->group;

	if (pci_address_parse(name, strlen(name), &group->joiner))
		return 0;
	for (size_t i = 0; i < group->count; i++)
		if (!pci_address_compare(&group->members[i].device->address, &group->joiner))
			return 0;
	return is_endpoint(look->sysfs, name);
}

/* Undoes a group that another device joined, which some kernels add late. */
static void verify_alone(struct plan *plan, const struct execution *execution,
			 struct planned_group *group)
{
	struct group_look look = { execution->sysfs, group };
	char path[SYSFS_PATH_SIZE];

	if (group->failed)
		return;
	snprintf(path, sizeof(path), "kernel/iommu_groups/%d/devices", group->number);
	group->joined = sysfs_list(execution->sysfs, path, find_joiner, &look) > 0;
	if (group->joined)
		undo_group(plan, execution, group);
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
	case ACTION_EVICT_FRAMEBUFFER:
		if (!action->group->failed)
			error = evict_framebuffer(execution, action->member);
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

/* Returns whether nothing is left to do, because loading the module has bound the device. */
static bool is_idle(const struct action *action)
{
	return action->kind == ACTION_BIND && action->member->listed;
}

void execute(struct plan *plan, const struct execution *execution)
{
	bool listed = false, stopped = is_stopped(execution);

	for (size_t i = 0; i < plan->action_count; i++) {
		struct action *action = &plan->actions[i];

		if (action->kind == ACTION_BIND && !listed) {
			list_bound(plan, execution->sysfs);
			listed = true;
		}
		if (!stopped) {
			run_action(plan, execution, action);
			stopped = !is_idle(action) && is_stopped(execution);
			if (!stopped)
				continue;
			/* The stop came during this step, so its group was still in progress. */
			undo_stopped_group(plan, execution, action->group);
		}
		undo_unfinished(plan, execution, WORKER_STOPPED);
		return;
	}
	for (size_t i = 0; i < plan->group_count; i++) {
		if (plan->groups[i].refused)
			continue;
		verify_untouched(plan, execution, &plan->groups[i]);
		verify_alone(plan, execution, &plan->groups[i]);
	}
}

/* Corrects a member's result by the driver that it has. */
static void correct_member(struct member *member, const char *driver)
{
	const struct device *device = member->device;
	bool taken = member->result == RESULT_TAKEN || member->result == RESULT_ALREADY;

	if (taken && !streq(driver, member->driver))
		member->result = member_is_as_before(device, driver) ? RESULT_UNDONE : RESULT_STUCK;
	member_settle(member, driver);
}

/* Reads a member's driver. Returns whether it could be read. */
static bool read_member(const struct sysfs *sysfs, const struct member *member,
			char driver[static BOUND_NAME_SIZE])
{
	if (member->listed) {
		text_append(driver, driver + BOUND_NAME_SIZE - 1, member->driver);
		return true;
	}
	/* A device that is gone keeps the result noted so far. */
	return !binding_read(sysfs, member->device, driver) &&
	       (driver[0] || !binding_is_gone(sysfs, member->device));
}

void execute_read_back(struct plan *plan, const struct sysfs *sysfs)
{
	list_bound(plan, sysfs);
	for (size_t i = 0; i < plan->group_count; i++) {
		struct planned_group *group = &plan->groups[i];

		for (size_t j = 0; !group->refused && j < group->count; j++) {
			struct member *member = &group->members[j];
			char driver[BOUND_NAME_SIZE];

			if (member->role != ROLE_TAKE || !read_member(sysfs, member, driver))
				continue;
			correct_member(member, driver);
			if (member->result != RESULT_TAKEN && member->result != RESULT_ALREADY)
				group->failed = true;
		}
	}
}
