// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

/* The unit that confirms trials (packaging/vfio-early-confirm.service). */
#define HOST_CONFIRM_UNIT "vfio-early-confirm.service"

/*
 * Returns whether the system below root ("" for this one) confirms trials: systemd starts it, and
 * the unit is wanted by sysinit.target and not masked. Otherwise a trial would never end well.
 */
bool host_confirms_trials(const char *root);
