// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdio.h>

#include "boot/supervise.h"
#include "plan/run.h"

/* How the release of a group ended. */
enum release_state {
	RELEASE_NOTHING, /* none of it is on a driver that passes devices on */
	RELEASE_IN_USE,	 /* a virtual machine has it: left as it was */
	RELEASE_DONE,	 /* given back; whether drivers took them, its members tell */
	RELEASE_FAILED,	 /* a member could not be given back */
};

/* A function that was to be released. */
struct released {
	struct member *member;
	struct device before; /* as it was, bound */
	int load_error;	      /* of its own driver's module: -errno or MODULE_BLACKLISTED */
	int ids_error;	      /* of making its driver forget the ids that name it */
};

struct released_group {
	struct planned_group *group;
	enum release_state state;
	const char *user;	 /* who has it open; NULL if nobody does */
	struct released *member; /* those of the group that were taken */
	size_t count;
};

/* The result of a release. */
struct release {
	struct run *run; /* surveyed and planned; its plan's groups are those to release */
	struct released_group *groups;
	volatile bool chosen;	/* it is known what is to be given back, and to whom */
	const char *proc, *dev; /* "/proc" and "/dev" */
};

/*
 * Gives every group of the plan back to the host as a whole: overrides off,
 * devices off their driver and offered to all others, which are loaded before
 * by what the devices are. vfio-pci and pci-stub forget the ids that name the devices,
 * or they would take them again (binding_remove_ids()). It is the undoing of a plan that took them
 * (undo_unfinished()). A group that a virtual machine has open is left
 * alone. What came of it is in release->groups, of the run's arena. Returns 0
 * or -ENOMEM.
 */
int release_do(struct release *release, const struct execution *execution);

/*
 * Carries on, in another process, what release_do() had begun when its own was killed:
 * what it had not chosen yet stays as it is.
 */
void release_finish(struct release *release, const struct execution *execution,
		    enum worker_end end);

/* Says what became of each: one line a function. */
void release_text(const struct release *release, FILE *out);
void release_json(const struct release *release, FILE *out);

/* An exit_code. */
int release_exit_code(const struct release *release);
