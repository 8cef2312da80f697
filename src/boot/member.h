// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"

/* Steps on one member that taking and undoing share. */

/*
 * Records the first failed step of the member and its error, and that no step is in
 * progress. Returns the error.
 */
int member_fail(struct member *member, enum step step, int error);

/* Records the driver that the member was seen with; "" for none. */
void member_settle(struct member *member, const char *driver);

/* Returns whether the device had this driver ("" for none) before anything was touched. */
bool member_is_as_before(const struct device *device, const char *driver);

/*
 * Unbinds the driver from the device, in a child within the execution's deadline. Returns
 * 0, -ETIMEDOUT if the driver did not let go in time, or -errno.
 */
int member_unbind(const struct execution *execution, const struct device *device,
		  const char *driver);

/*
 * Returns whether the action binds a member to the module's driver, in a group that has
 * not failed.
 */
bool action_binds_to(const struct action *action, const struct planned_module *module);
