// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "plan/plan.h"

/* The short names that reports and listings have for what a plan can hold; static text. */
const char *step_name(enum step step);
const char *result_name(enum result result);
const char *finding_name(enum finding_kind kind);
