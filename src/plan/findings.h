// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "plan/plan.h"

/*
 * Lists the selectors that took nothing, and those that restrict and cannot be used, in
 * plan->findings, allocated from arena. plan->stopped says whether one of these stops the
 * whole taking. Returns 0 or -ENOMEM.
 */
int findings_list(struct plan *plan, struct arena *arena, const struct settings *settings,
		  const struct topology *topology);
