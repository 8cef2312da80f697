// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"
#include "plan/plan.h"

/*
 * Gives back to the host what it needs: drops the dynamic id, so that the driver cannot take the
 * device again, unbinds the device, and offers it to all drivers. Other devices stay where they
 * are. Each step is recorded first, so that another process can go on where one was cut off or
 * died: what may block there is not tried again. Allocates nothing.
 */
void give_back_leftovers(struct plan *plan, const struct execution *execution);
