// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "boot/supervise.h"
#include "plan/run.h"

/* How the release of a group ended. */
enum release_state {
	RELEASE_NOTHING, /* no member is on a driver for passing devices on */
	RELEASE_IN_USE,	 /* a virtual machine uses it: unchanged */
	RELEASE_DONE,	 /* given back; its members say whether drivers took them */
	RELEASE_FAILED,	 /* a member could not be given back */
};

/* A function to be released. */
struct released {
	struct member *member;
	struct device before; /* the device as it was, still bound */
	int load_error;	      /* of loading its driver's module: -errno or MODULE_BLACKLISTED */
	int ids_error;	      /* of removing dynamic ids: -errno */
};

struct released_group {
	struct planned_group *group;
	enum release_state state;
	const char *user;	 /* who has it open; NULL for nobody */
	struct released *member; /* the members that were taken */
	size_t count;
};

/* The result of a release. */
struct release {
	struct run *run; /* surveyed and planned; its plan's groups are those to release */
	struct released_group *groups;
	volatile bool chosen;	/* everything to be given back is known */
	const char *proc, *dev; /* "/proc" and "/dev" */
};

/*
 * Gives every group of the plan back to the host as a whole: clears overrides, loads the
 * drivers that match the devices, unbinds the devices and offers them to all drivers.
 * Removes the dynamic ids by which vfio-pci and pci-stub would take them again
 * (binding_remove_ids()). Works as undoing a plan that took them (undo_unfinished()).
 * Leaves alone a group that a virtual machine has open. Stores results in
 * release->groups, owned by the run's arena. Returns 0 or -ENOMEM.
 */
int release_do(struct release *release, const struct execution *execution);

/*
 * Continues release_do() in another process after its own was killed. Groups not chosen
 * by then stay as they are.
 */
void release_finish(struct release *release, const struct execution *execution,
		    enum worker_end end);

/* Writes what became of each function, one on each line. */
void release_text(const struct release *release, FILE *out);
void release_json(const struct release *release, FILE *out);

/* Returns an exit_code. */
int release_exit_code(const struct release *release);
