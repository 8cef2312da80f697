// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/member.h"

#include "lib/text.h"
#include "lib/util.h"
#include "machine/binding.h"

int member_fail(struct member *member, enum step step, int error)
{
	if (member->failed_step == STEP_NONE) {
		member->failed_step = step;
		member->error = error;
	}
	member->step = STEP_NONE;
	return error;
}

void member_settle(struct member *member, const char *driver)
{
	text_append(member->driver_after, member->driver_after + sizeof(member->driver_after) - 1,
		    driver);
	member->settled = true;
	member->step = STEP_NONE;
}

bool member_is_as_before(const struct device *device, const char *driver)
{
	return streq(driver, device->driver ? device->driver : "");
}

int member_unbind(const struct execution *execution, const struct device *device,
		  const char *driver)
{
	return execution->lingers
		       ? binding_unbind_or_linger(execution->sysfs, &execution->deadline, device,
						  driver)
		       : binding_unbind(execution->sysfs, &execution->deadline, device, driver);
}

bool action_binds_to(const struct action *action, const struct planned_module *module)
{
	return action->kind == ACTION_BIND && !action->group->failed &&
	       streq(action->member->driver, module->name);
}
