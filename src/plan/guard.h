// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/topology.h"
#include "settings/refusal.h"
#include "settings/settings.h"

/* One device, and all that a guard judges it by. */
struct guard_view {
	const struct settings *settings;
	const struct topology *topology;
	const struct device *device;
	const struct selector *excluded; /* the '!' that leaves it out; NULL if none */
	bool listed;			 /* by a selector, or by what counts as one (plan.c) */
};

/* The selector of force= that waives a guard. */
enum guard_force {
	FORCE_NEVER, /* nothing waives it, and no other guard can judge the device */
	FORCE_BARE,  /* "SELECTOR" or "REASON:SELECTOR": only that nobody listed the device */
	FORCE_WORD,  /* "REASON:SELECTOR" */
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
	enum guard_force force;
};

/* A guard that holds a device. */
struct hold {
	enum refusal refusal;
	const struct selector *blame; /* the selector that it is for; NULL if none */
	const struct selector *force; /* the word that waives it; NULL where it stands */
};

/* Returns the guard of a refusal other than REFUSAL_NONE. */
const struct guard *guard_of(enum refusal refusal);

/* Writes all guards that hold the device to holds, in the table's order; returns how many. */
size_t guard_judge(const struct guard_view *view, struct hold holds[static REFUSAL_COUNT]);

/*
 * Returns the entry of what the host needs that means the device: by its place, even if
 * another id sits there now; or by its id where that has left its place. NULL if there is
 * none. All devices must have been identified.
 */
const struct selector *guard_find_needed(const struct selector_list *needed,
					 const struct topology *topology,
					 const struct device *device);
