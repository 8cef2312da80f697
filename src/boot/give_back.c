// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/give_back.h"

#include <errno.h>
#include <stdio.h>

#include "machine/binding.h"
#include "plan/leftover.h"

static void fail(struct leftover *leftover, enum step step, int error)
{
	leftover->failed_step = step;
	leftover->error = error;
	leftover->result = RESULT_STUCK;
	leftover->step = STEP_NONE;
}

/* Takes the device off a driver that bound it by a dynamic id. Returns 0 or -errno. */
static int take_off(const struct execution *execution, const struct leftover *leftover,
		    const char *driver)
{
	int error = binding_remove_ids(execution->sysfs, leftover->device, driver);

	if (!error)
		error = binding_unbind(execution->sysfs, &execution->deadline, leftover->device,
				       driver);
	return error;
}

static void give_back_one(const struct execution *execution, struct leftover *leftover)
{
	const struct device *device = leftover->device;
	enum step cut_off = leftover->step;
	char driver[BOUND_NAME_SIZE];
	int error = binding_read(execution->sysfs, device, driver);

	if (!error && leftover_is_driver(driver)) {
		leftover->step = STEP_UNBIND;
		/* A write that blocked in another process would block here too. */
		error = cut_off == STEP_UNBIND ? -ETIMEDOUT : take_off(execution, leftover, driver);
		if (error) {
			fail(leftover, STEP_UNBIND, error);
			return;
		}
		driver[0] = '\0';
	}
	if (!error && !driver[0] && cut_off != STEP_BIND) {
		leftover->step = STEP_BIND;
		binding_offer_to_all(execution->sysfs, &execution->deadline, device);
	}
	leftover->step = STEP_READ_BACK;
	if (!error)
		error = binding_read(execution->sysfs, device, driver);
	if (!error && leftover_is_driver(driver))
		error = -EBUSY;
	if (error) {
		fail(leftover, STEP_READ_BACK, error);
		return;
	}
	snprintf(leftover->driver_after, sizeof(leftover->driver_after), "%.*s",
		 (int)sizeof(leftover->driver_after) - 1, driver);
	leftover->result = RESULT_UNDONE;
	leftover->step = STEP_NONE;
}

void give_back_leftovers(struct plan *plan, const struct execution *execution)
{
	for (size_t i = 0; i < plan->leftover_count; i++)
		if (plan->leftovers[i].give_back && plan->leftovers[i].result == RESULT_PENDING)
			give_back_one(execution, &plan->leftovers[i]);
}
