// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "boot/execute.h"
#include "plan/plan.h"

/*
 * Gives the devices that the host needs back to it: removes the dynamic id, so that the
 * driver cannot take the device again, unbinds the device and offers it to all drivers.
 * Other devices are left alone. Records each step before it begins, so that another
 * process can continue after the worker was cut off or died; a step that blocked is not
 * repeated. Allocates nothing.
 */
void give_back_leftovers(struct plan *plan, const struct execution *execution);
