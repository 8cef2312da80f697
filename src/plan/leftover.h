// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"
#include "plan/plan.h"

/*
 * The drivers that take every unbound device of an id, if they are told to by "ids=" when they
 * are loaded (drivers/vfio/pci/vfio_pci.c, drivers/pci/pci-stub.c) or by their file new_id.
 */
extern const char *const leftover_drivers[2];

/* Whether a driver is one of these. */
bool leftover_is_driver(const char *driver);

/*
 * Whether the device is bound to one of these by such an id. Neither driver matches anything
 * else without an override. The device must have been described.
 */
bool leftover_is_bound(const struct device *device);

/*
 * Returns the first "ids=" among what the settings know to be claimed that names the device; NULL
 * where there is none. Its purpose says where it stands.
 */
const struct selector *leftover_find_claim(const struct settings *settings,
					   const struct device *device);

/*
 * Lists in the plan the devices that "ids=" names and the plan does not take, and those that the
 * host needs and that such an id gave away before. Devices that are listed already keep what
 * was recorded of them. A pure function like plan_make(), which comes first. Everything is of
 * the arena. Returns 0 or -ENOMEM.
 */
int leftover_list(struct plan *plan, struct arena *arena, const struct settings *settings,
		  const struct topology *topology);

/* Whether all that was to be given back to the host was. */
bool leftover_is_done(const struct plan *plan);
