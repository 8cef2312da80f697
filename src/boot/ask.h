// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/deadline.h"
#include "machine/pci.h"
#include "plan/run.h"

/*
 * Makes the kernel create the IOMMU groups of run->topology's endpoints that have neither a
 * group nor a driver. Some kernels do so only when a driver probes a device, so this probes each
 * with a built-in driver that refuses endpoints (really_probe() in drivers/base/dd.c). Endpoints
 * on which a killed run left its override are probed too, and lose it.
 * run->asked is the device being probed; its override is restored before the next one's. The
 * caller surveys the devices again. Returns 0 or -errno, also for an override that could not
 * be restored.
 */
int ask_groups(struct run *run, const struct sysfs *sysfs, struct pci_source *source,
	       const struct deadline *deadline);

/*
 * Restores the override of run->asked, which a dead worker may have left, and at boot offers the
 * device to its drivers. Does nothing if run->asked is NULL. Returns 0 or -errno.
 */
int ask_end(struct run *run, const struct sysfs *sysfs);
