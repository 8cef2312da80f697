// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"
#include "plan/plan.h"

/*
 * The drivers that bind every driverless device of an id that they get from ids= when
 * loaded (drivers/vfio/pci/vfio_pci.c, drivers/pci/pci-stub.c) or from their file new_id.
 */
extern const char *const leftover_drivers[2];

/* Returns whether the driver is one of these. */
bool leftover_is_driver(const char *driver);

/*
 * Returns whether such an id bound the device to one of these drivers: without an
 * override they match nothing else. The device must have been described.
 */
bool leftover_is_bound(const struct device *device);

/*
 * Returns the first claim of the settings that names the device in ids=; NULL for none.
 * Its purpose says where the claim is written.
 */
const struct selector *leftover_find_claim(const struct settings *settings,
					   const struct device *device);

/*
 * Lists in plan->leftovers the devices that ids= names and the plan does not take, and
 * those that the host needs but such an id has bound. Devices already listed keep their
 * record. Call after plan_make(); equally pure. The arena owns everything. Returns 0 or
 * -ENOMEM.
 */
int leftover_list(struct plan *plan, struct arena *arena, const struct settings *settings,
		  const struct topology *topology);

/* Returns whether everything that had to be given back to the host was. */
bool leftover_is_done(const struct plan *plan);
