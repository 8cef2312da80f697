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

struct settings;

/*
 * Returns why a new configuration is no trial at the next boot of the system below root, as the
 * end of a sentence; NULL if it is one (boot/trial.h). Static.
 */
const char *host_explain_no_trial(const struct settings *settings, const char *root);
