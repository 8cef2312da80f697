// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "check/boot_loader.h"
#include "command/changeset.h"
#include "plan/run.h"

/*
 * Finds the kernel parameter without which the next boot of this host has no IOMMU groups,
 * and adds to set what writes it where this host's boot loader keeps it. Asks for
 * intel_iommu=on where the firmware has VT-d and this kernel uses it only with that
 * (intel_iommu_setup() in drivers/iommu/intel/iommu.c), or where the firmware reports none on a
 * machine of Intel's: turning VT-d on in its setup is then enough. cmdline is the running kernel's.
 * Returns the parameter; NULL if none is needed, or if it cannot be added, which is said on
 * standard error.
 */
const char *kernel_parameter_add(const struct run *run, const char *cmdline, struct changeset *set);

/*
 * Adds to set what adds a parameter to the kernel command line where this host's boot loader keeps
 * it, or removes it from there. Returns false if that cannot be done; set is then as it was.
 */
bool kernel_parameter_change(const struct root *root, enum boot_loader_change change,
			     const char *parameter, struct changeset *set);

/* Returns what sed -E makes of a file, owned by the arena; NULL if it fails. */
const char *kernel_parameter_run_sed(struct arena *arena, const char *script, const char *path);
