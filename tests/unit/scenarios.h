// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Plans to carry out on the kernel of kernel_model.c, and what may come of them. */

#include "kernel_model.h"

struct scenario {
	const char *name;
	const struct machine *machine;
	const char *cmdline;
	void (*prepare)(void); /* makes the kernel misbehave; may be NULL */
	bool fails;	       /* a group does not come out whole */
	bool stuck;	       /* and a member of it cannot be given back */
	const char *groups;    /* what comes of it, as outcome_check_groups() writes it */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* Returns the scenario of that name; fails the test when there is none. */
const struct scenario *scenario_find(const char *name);

/* Starts the kernel as the scenario wants it. */
struct execution scenario_boot(const struct scenario *scenario);

/* What may be besides a group that is wholly taken or wholly as it was. */
enum outcome {
	OUTCOME_WHOLE = 0,
	OUTCOME_STUCK = 1, /* a member may be said to be stuck */
	OUTCOME_CUT = 2,   /* a group may have failed with no member to blame */
};

/*
 * Fails the test unless the kernel's state is one that may be left behind and
 * the plan tells it as it is. What was not to be touched was not written to.
 * allowed is of enum outcome.
 */
void outcome_check(const char *name, struct plan *plan, unsigned int allowed);

/* Fails the test unless one group failed, by the write that failed with that error. */
void outcome_check_failure(const char *name, struct plan *plan, int error);

/*
 * Compares what came of each group with "number:result,result" for its
 * members that were to be taken, '!' before a group that failed, and the step
 * and error behind each that is to blame.
 */
void outcome_check_groups(const char *name, struct plan *plan, const char *wanted);
