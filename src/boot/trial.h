// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/module.h"
#include "plan/run.h"

/*
 * Returns whether devices may be touched. A configuration that has never come up on this machine
 * is a trial: it is recorded first, where the next boot finds it before any disk is there. One
 * whose record is there already did not come up and is not tried again. Decides once for a run
 * and stores the outcome in run->trial; the loader gets the module that reads the record.
 *
 * A configuration is what the user wrote, the members of the groups that the plan takes, and the
 * kernel's version without its last number. Where the kernel must be asked for groups, the
 * members are not known in time and do not count.
 */
bool trial_allows(struct run *run, const struct module_loader *loader);
