// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "refusal.h"
#include "settings.h"
#include "topology.h"

/* One device, and all that a guard judges it by. */
struct guard_view {
	const struct settings *settings;
	const struct topology *topology;
	const struct device *device;
	const struct selector *excluded; /* the '!' that leaves it out; NULL if none */
	bool listed;			 /* by a selector, or by what counts as one (plan.c) */
};

/*
 * A guard keeps a device with the host, and with it the whole group. One row of the
 * only table of guards.
 */
struct guard {
	enum refusal refusal;

	/* Returns whether it holds; sets *blame where a selector is to blame for that. */
	bool (*holds)(const struct guard_view *view, const struct selector **blame);

	const char *sentence; /* what a user is told, where nothing of the case adds to it */
	bool final;	      /* no other guard can judge the device, and force waives nothing */
};

/* Returns the guard of a refusal other than REFUSAL_NONE. */
const struct guard *guard_of(enum refusal refusal);

/*
 * Returns the first guard that holds the device, NULL if none does. Sets *blame to the
 * selector that is to blame, or to NULL.
 */
const struct guard *guard_judge(const struct guard_view *view, const struct selector **blame);

/*
 * Returns whether an entry of what the host needs has the device's id but another place, so
 * that what sits in that place decides whether the device is meant.
 */
bool guard_may_be_moved(const struct selector *needed, const struct device *device);

/*
 * Returns the entry of what the host needs that means the device: by its place, even if
 * another id sits there now; or by its id where that has left its place. NULL if there is
 * none. All devices must have been identified.
 */
const struct selector *guard_find_needed(const struct selector_list *needed,
					 const struct topology *topology,
					 const struct device *device);
