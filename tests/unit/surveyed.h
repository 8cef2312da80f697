// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"
#include "unit.h"

/*
 * A machine to survey, with stand-ins for all that survey.c reads a machine by. They note what
 * is read of which device: its index behind a letter.
 */
struct surveyed {
	struct run *run;       /* owns the machine */
	struct topology truth; /* the machine as it is */
	struct text reads;
	bool gone[16];	     /* the devices that go away while they are looked at */
	int failure;	     /* of reading the bus; 0 for none */
	int group_error;     /* of listing a group's members; 0 for none */
	size_t fails_at;     /* the device that there is no memory to describe */
	struct sysfs here;   /* what the survey is given for the machine's sysfs */
	const char *release; /* of the running kernel */
	size_t variants_asked;
};

extern struct surveyed surveyed;

/* Before a test, and after it: a setup and a teardown of cmocka. *state is a new run. */
int surveyed_start(void **state);
int surveyed_end(void **state);
