// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files of the command "check" share. */

#include <stdbool.h>

#include "check/kernels.h"
#include "check/root.h"
#include "lib/arena.h"
#include "lib/cmdline.h"
#include "lib/util.h"
#include "plan/run.h"

enum check_severity {
	CHECK_ERROR,   /* it will not work */
	CHECK_WARNING, /* it works, but not as it could or is thought to */
	CHECK_NOTE,    /* nothing is wrong with it */
	CHECK_SEVERITIES,
};

/* Something that was found, with what to do about it. */
struct check_finding {
	enum check_severity severity;
	const char *topic; /* a short name of its kind, which stays: "iommu-off" */
	const char *text;  /* a sentence */
	const char *fix;   /* a command of this machine's; NULL where none would help */
	struct check_finding *next;
};

struct check {
	struct arena *arena;
	struct root root;
	const char *cmdline; /* the running kernel's; "" where it cannot be read */
	struct run *run;     /* what boot would do; its plan is there, if planned */
	bool planned;
	enum platform platform;
	const struct kernel *kernels;
	const struct kernel_image *strangers; /* boot entries of kernels that are not installed */
	const struct boot_unread *unread;     /* what boot loaders read and this process may not */
	struct check_finding *findings;
	struct check_finding **last;
	struct check_finding **unbootable; /* the first ones: where the next of them goes */
	struct check_finding refused;	   /* that memory ran out: there may be none to say so in */
};

/*
 * Adds a finding. Those of one severity stay in their order; fix may be NULL,
 * and belongs to the arena or is static.
 */
void check_say(struct check *check, enum check_severity severity, const char *topic,
	       const char *fix, const char *format, ...) PRINTF_FORMAT(5, 6);

/* The same for an error that keeps the system from booting: it comes before all others. */
void check_say_unbootable(struct check *check, const char *topic, const char *fix,
			  const char *format, ...) PRINTF_FORMAT(4, 5);

/*
 * Finds a parameter on the running kernel's command line, '-' and '_' being the
 * same in its name. Returns the whole of the last one as written, unquoted, or
 * NULL; its value ("" where it has none) goes to *value unless that is NULL.
 */
const char *check_parameter(const struct check *check, const char *name, const char **value);

/*
 * The parts. Each adds what it finds; what cannot be read is left out, unless
 * that is a finding itself.
 */

/* check_plan.c: the settings, and what boot would do by them. */
void check_settings(struct check *check);
void check_groups(struct check *check);

/* check_iommu.c: whether the IOMMU is on, and as it is best. */
void check_iommu(struct check *check);

/* check_conflicts.c: what else lays hands on devices, or used to be needed. */
void check_conflicts(struct check *check);

/* check_kernel.c: whether the running kernel lets the modules in. */
void check_lockdown(struct check *check);

/* check_kernel.c: whether the firmware runs what is signed alone. */
bool check_secure_boot(const struct check *check);

/* check_image.c: whether each kernel's image has what is installed. */
void check_images(struct check *check);
