// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "command/status.h"

/* What status.c, status_boot.c and status_report.c share. */

/*
 * Compares what the boot did with a device to its state now: fills in boot_result,
 * boot_text and drift. device->device and wanted must be set.
 */
void status_find_boot(const struct status *status, struct status_device *device);

/* Returns whether the report's result means that the device was on its driver. */
bool status_was_taken(const char *result);

/*
 * Fills in status->gone and status->lost from the report. status->groups must be filled
 * in. Returns 0 or -ENOMEM.
 */
int status_find_lost(struct status *status, const struct sysfs *sysfs);

/*
 * Finds settings that decide what is taken and that differ from the boot's. Returns 0 or
 * -ENOMEM.
 */
int status_find_changes(struct status *status);

/* Returns whether the boot's kernel was started by kexec, as far as the report says. */
bool status_was_kexec(const struct status *status);

/* Returns what the boot did, in one line; NULL when memory runs out. */
const char *status_boot_text(const struct status *status);

/* Fills in a device's group and the names of its VFIO nodes. device->device must be set. */
void status_find_nodes(const struct status *status, const struct sysfs *sysfs,
		       struct status_device *device);

/* Returns whether a device with this address is among the groups' devices. */
bool status_has_device(const struct status *status, const char *address);

/*
 * Fills in what is known of the boot's trial, from the report and the marker beside it
 * (plan/report.h). Returns 0 or -ENOMEM.
 */
int status_find_trial(struct status *status);
