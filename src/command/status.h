// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "lib/json_reader.h"
#include "machine/sysfs.h"
#include "plan/run.h"

/* A function that is wanted, or that the boot has taken. */
struct status_device {
	const struct device *device; /* NULL for one that is there no more */
	const char *address;
	const char *wanted;	 /* the driver that is to have it; NULL where none is to */
	bool as_wanted;		 /* it has that */
	const char *boot_result; /* what the boot's report says became of it; NULL for nothing */
	const char *boot_text;	 /* and why, where it was not taken; NULL where it was */
	const char *node;	 /* "/dev/vfio/12"; NULL where there is none */
	const char *device_node; /* "/dev/vfio/devices/vfio0"; NULL where there is none */
	const char *drift;	 /* what has changed since the boot; NULL for nothing */
};

struct status_group {
	const struct planned_group *group;
	struct status_device *devices; /* its endpoints */
	size_t count;
	bool as_wanted;
	const char *text; /* why it is not; NULL where it is, or its devices say it all */
};

/* Devices as they are wanted, as the boot left them, and as they are. Text is the arena's. */
struct status {
	struct run *run;	       /* what is wanted now: its plan */
	const char *place;	       /* the directory of the boot's report; NULL without one */
	const struct json_value *boot; /* that report; NULL without one */
	const char *boot_text;	       /* in one line: what the boot did, or that it did nothing */
	bool boot_ran;
	bool of_others; /* than are configured: what became of those is not asked */
	struct status_group *groups;
	size_t group_count;
	struct status_device *lost; /* that the boot took, and nobody wants or has any more */
	size_t lost_count;
	const char *changes[SETTING_COUNT]; /* settings that differ from the boot's, a line each */
	size_t change_count;
	const char *missing; /* what virtual machines need besides; NULL for nothing */
	bool as_wanted;
};

/*
 * Compares what is wanted (a run that has been planned), what the report of the
 * boot says was done, and what sysfs shows. place and boot are set, or NULL.
 * Returns 0 or -ENOMEM.
 */
int status_find(struct status *status, const struct sysfs *sysfs);

/* An exit_code: 0 when all is as wanted. */
int status_exit_code(const struct status *status);

void status_text(const struct status *status, FILE *out);

/* As docs/schemas/status.json has it. */
void status_json(const struct status *status, FILE *out);
