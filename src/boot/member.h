// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"

/* Steps on one member of a group that taking and undoing share. */

/*
 * Records the first step that failed at the member, with its error, and that no step is under
 * way any more. Returns the error.
 */
int member_fail(struct member *member, enum step step, int error);

/* Records the driver that the member was seen to have, "" for none. */
void member_settle(struct member *member, const char *driver);

/* Returns whether a driver, "" for none, is what the device had before anything was touched. */
bool member_is_as_before(const struct device *device, const char *driver);

/*
 * Unbinds the driver from the device, in a child with the execution's deadline, for the driver
 * may never let go. Returns 0, -ETIMEDOUT when it did not let go in time, or -errno.
 */
int member_unbind(const struct execution *execution, const struct device *device,
		  const char *driver);

/* Returns whether the action binds a member to the module's driver, in a group not yet failed. */
bool action_binds_to(const struct action *action, const struct planned_module *module);
