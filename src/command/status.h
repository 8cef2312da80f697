// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "lib/json_reader.h"
#include "machine/sysfs.h"
#include "plan/run.h"

/* A function that is wanted, or that the boot took. */
struct status_device {
	const struct device *device; /* NULL if it no longer exists */
	const char *address;
	const char *wanted;	 /* the driver that it is to have; NULL for none */
	bool as_wanted;		 /* it has that driver, and the override that keeps it there */
	const char *boot_result; /* its result in the boot's report; NULL for none */
	const char *boot_text;	 /* why it was not taken; NULL if it was */
	const char *node;	 /* "/dev/vfio/12"; NULL for none */
	const char *device_node; /* "/dev/vfio/devices/vfio0"; NULL for none */
	int group;		 /* number of its IOMMU group; -1 for none */
	const char *user;	 /* who has its group open; NULL for nobody, or if not known */
	const char *drift;	 /* what has changed since the boot; NULL for nothing */
};

struct status_group {
	const struct planned_group *group;
	struct status_device *devices; /* its endpoints */
	size_t count;
	bool as_wanted;
	const char *text; /* why it is not; NULL if it is or its devices say everything */
	const char *mend; /* the command that takes it now; NULL if none does or none is needed */
};

/* Devices as wanted, as the boot left them, and as they are. The arena owns all text. */
struct status {
	struct run *run;	       /* what is wanted now: its plan */
	const char *place;	       /* the directory of the boot's report; NULL for none */
	const struct json_value *boot; /* the report; NULL for none */
	const char *boot_text;	       /* what the boot did, in one line */
	bool boot_ran;
	const char *trial;	/* the state of the boot's trial in its report; NULL for no trial */
	bool trial_over;	/* it was confirmed since, or forgotten */
	const char *trial_text; /* what follows from it, and what to type; NULL for nothing */
	bool of_others; /* other devices than the configured ones: only these are looked at */
	struct status_group *groups;
	size_t group_count;
	struct status_device *gone; /* taken by the boot, still wanted, no longer on the bus */
	size_t gone_count;
	struct status_device *lost; /* taken by the boot, but no longer wanted */
	size_t lost_count;
	struct status_device *along; /* not wanted, but an id gave it to vfio-pci or pci-stub */
	size_t along_count;
	const char
		*changes[SETTING_COUNT]; /* settings that differ from the boot's, a line for each */
	size_t change_count;
	const char *missing; /* what else virtual machines need; NULL for nothing */
	bool users_unknown;  /* who has taken devices open could not be read */
	bool as_wanted;
};

/*
 * Compares what is wanted (a planned run), what the boot's report says and what sysfs
 * shows. place and boot are set, or NULL. Returns 0 or -ENOMEM.
 */
int status_find(struct status *status, const struct sysfs *sysfs);

/* Returns an exit_code: 0 if everything is as wanted. */
int status_exit_code(const struct status *status);

void status_text(const struct status *status, FILE *out);

/* Writes the status as in docs/schemas/status.json. */
void status_json(const struct status *status, FILE *out);
