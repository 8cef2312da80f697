// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files of the command check. */

#include <stdbool.h>

#include "check/boot_loader.h"
#include "check/kernels.h"
#include "check/root.h"
#include "lib/arena.h"
#include "lib/cmdline.h"
#include "lib/util.h"
#include "plan/run.h"

enum check_severity {
	CHECK_ERROR,   /* it will not work */
	CHECK_WARNING, /* it works, but not as well or not as the user may think */
	CHECK_NOTE,    /* nothing is wrong */
	CHECK_SEVERITIES,
};

/* Their names: "error". */
extern const char *const check_severity_names[CHECK_SEVERITIES];

/*
 * What the command of a fix changes, where that can be shown before it is made and put back: a
 * file, or a kernel parameter. The command's images are rebuilt after it.
 */
struct check_edit {
	const char *command; /* as it is printed; the same pointer as the finding's fix */
	const char *path;    /* the file; NULL for a parameter */
	const char *source;  /* the file that its text comes from, often itself */
	const char *script;  /* for sed -E, over that text; NULL if the file is removed */
	const char *parameter;
	enum boot_loader_change change; /* of the parameter */
	bool careful; /* something may be lost that the user wants: only for who is asked */
	struct check_edit *next;
};

/* A finding and what to do about it. */
struct check_finding {
	enum check_severity severity;
	const char *topic; /* short name of its kind, which never changes: "iommu-off" */
	const char *text;  /* one sentence */
	const char *fix;   /* a command for this machine; NULL if none helps */
	const struct check_edit *edit; /* what the command changes; NULL if that is unknown */
	struct check_finding *next;
};

struct check {
	struct arena *arena;
	struct root root;
	const char *cmdline; /* the running kernel's; "" if it cannot be read */
	struct run *run;     /* what boot would do; has a plan if planned is set */
	bool planned;
	enum platform platform;
	const struct kernel *kernels;
	const struct kernel_image *strangers; /* boot entries of kernels that are not installed */
	const struct boot_unread *unread; /* files that boot loaders read but this process cannot */
	struct check_edit *edits;	  /* of the fixes */
	struct check_finding *findings;
	struct check_finding **last;
	struct check_finding *
		*unbootable; /* where the next error goes that keeps the system from booting */
	struct check_finding refused; /* reserved for reporting that memory ran out */
};

/*
 * Adds a finding after others of its severity. fix may be NULL; it belongs to the arena
 * or is static.
 */
void check_say(struct check *check, enum check_severity severity, const char *topic,
	       const char *fix, const char *format, ...) PRINTF_FORMAT(5, 6);

/* Like check_say() for an error that keeps the system from booting: it precedes all others. */
void check_say_unbootable(struct check *check, const char *topic, const char *fix,
			  const char *format, ...) PRINTF_FORMAT(4, 5);

/*
 * Notes what a command changes (its fields but next), before a finding gets the command as its fix.
 * Returns the command.
 */
const char *check_note_edit(struct check *check, struct check_edit edit);

/*
 * Returns the command that adds or removes a kernel parameter (boot_loader_command()), after
 * check_note_edit().
 */
const char *check_parameter_fix(struct check *check, enum boot_loader_change change,
				const char *parameter);

/* Says that the command of a fix may lose what the user wants. Returns the command. */
const char *check_be_careful(struct check *check, const char *command);

/*
 * Puts findings of one severity with the same command behind each other, the first of them where it
 * is.
 */
void check_join(struct check *check);

/*
 * Finds a parameter on the running kernel's command line; '-' and '_' in its name are
 * equal. Returns the last one as written, without quotes, or NULL. Stores its value (""
 * for none) in *value unless value is NULL.
 */
const char *check_parameter(const struct check *check, const char *name, const char **value);

/*
 * The parts of check. Each adds its findings. Anything unreadable is skipped, unless that
 * is a finding.
 */

/* check_plan.c: the settings, and what boot would do with them. */
void check_settings(struct check *check);
void check_groups(struct check *check);

/* Returns whether anything is wrong, or a note comes with a command. */
bool check_has_to_do(const struct check *check);

/* check_trial.c: whether a configuration that has never come up is a trial. */
void check_trial(struct check *check);

/* check_iommu.c: whether the IOMMU is on and well set up. */
void check_iommu(struct check *check);

/* check_conflicts.c: what else takes these devices, and settings no longer needed. */
void check_conflicts(struct check *check);

/* check_kernel.c: whether the kernels accept the modules. */
void check_lockdown(struct check *check);

/* check_kernel.c: returns whether the firmware runs only signed programs. */
bool check_secure_boot(const struct check *check);

/* check_image.c: whether each kernel's images have what is installed. */
void check_images(struct check *check);
