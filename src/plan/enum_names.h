// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "plan/run.h"

/* Short names for reports and listings, one for each value of an enum. All static. */
const char *step_name(enum step step);
const char *reset_outcome_name(enum reset reset);
const char *result_name(enum result result);
const char *finding_name(enum finding_kind kind);
const char *trial_name(enum run_trial trial);
