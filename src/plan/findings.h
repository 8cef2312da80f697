// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "plan/plan.h"

/*
 * Lists in plan->findings, owned by arena, the selectors that took nothing and those that
 * restrict but cannot be used. Sets plan->stopped if one of these stops the taking.
 * Returns 0 or -ENOMEM.
 */
int findings_list(struct plan *plan, struct arena *arena, const struct settings *settings,
		  const struct topology *topology);
