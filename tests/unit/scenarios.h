// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Plans to carry out on the model of kernel_model.c, and their expected results. */

#include "kernel_model.h"

struct scenario {
	const char *name;
	const struct machine *machine;
	const char *cmdline;
	void (*prepare)(void); /* makes the kernel misbehave; may be NULL */
	bool fails;	       /* a group cannot be taken as a whole */
	bool stuck;	       /* and one of its members cannot be given back */
	const char *groups;    /* the result, as outcome_check_groups() writes it */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* Returns the scenario of this name. Fails the test if there is none. */
const struct scenario *scenario_find(const char *name);

/* Starts the model as the scenario needs it. */
struct execution scenario_boot(const struct scenario *scenario);

/* What is allowed besides groups that are wholly taken or wholly as before. */
enum outcome {
	OUTCOME_WHOLE = 0,
	OUTCOME_STUCK = 1, /* a member may be stuck */
	OUTCOME_CUT = 2,   /* a group may have failed without a member to blame */
};

/*
 * Fails the test unless the model's state is acceptable, the plan describes it
 * truthfully, and nothing was written to devices that are none of the plan's. allowed is
 * a set of enum outcome.
 */
void outcome_check(const char *name, struct plan *plan, unsigned int allowed);

/* Fails the test unless exactly one group failed, by the failing write and this error. */
void outcome_check_failure(const char *name, struct plan *plan, int error);

/*
 * Compares the results of all groups with text: "number:result,result" for the members to
 * take, '!' before a failed group, step and error after a member to blame.
 */
void outcome_check_groups(const char *name, struct plan *plan, const char *wanted);
