// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/topology.h"
#include "settings/refusal.h"
#include "settings/settings.h"

/* One device and everything that guards judge it by. */
struct guard_view {
	const struct settings *settings;
	const struct topology *topology;
	const struct device *device;
	const struct selector *excluded; /* the '!' that leaves it out; NULL for none */
	bool listed;			 /* by a selector, or counts as listed (picks_list()) */
	bool group_later;		 /* that it has no group yet does not count */
};

/* How a word of force= waives a guard. */
enum guard_force {
	FORCE_NEVER, /* never; no other guard is asked about the device */
	FORCE_BARE,  /* "SELECTOR" or "REASON:SELECTOR"; the reason is only that the device is not
			listed */
	FORCE_WORD,  /* "REASON:SELECTOR" only */
};

/*
 * A row of the table of guards. A guard keeps a device, and with it the whole group, with
 * the host.
 */
struct guard {
	enum refusal refusal;

	/* Returns whether it holds the device. Sets *blame to the selector responsible, if any. */
	bool (*holds)(const struct guard_view *view, const struct selector **blame);

	const char *sentence; /* for the user, unless the case calls for a longer one */
	enum guard_force force;
};

/* A guard that holds a device. */
struct hold {
	enum refusal refusal;
	const struct selector *blame; /* the selector responsible; NULL for none */
	const struct selector *force; /* the word that waives it; NULL if it stands */
};

/* Returns the guard of a refusal other than REFUSAL_NONE; static. */
const struct guard *guard_of(enum refusal refusal);

/* Writes the guards that hold the device, in the table's order. Returns their number. */
size_t guard_judge(const struct guard_view *view, struct hold holds[static REFUSAL_COUNT]);

/*
 * Returns the entry of the host's needs that means the device: by its place, even if
 * another id is there now, or by its id if nothing with that id is in the place. NULL for
 * none. All devices must have been identified and, where an id may have moved, located.
 */
const struct selector *guard_find_needed(const struct selector_list *needed,
					 const struct topology *topology,
					 const struct device *device);
