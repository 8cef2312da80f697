// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files of the command import. */

#include <stdbool.h>
#include <stdio.h>

#include "check/other_setup.h"
#include "command/changeset.h"
#include "plan/run.h"

/* What becomes of a line of another set-up. */
enum import_verdict {
	IMPORT_UNTOUCHED, /* it is only read, or vfio-early has nothing to do with it */
	IMPORT_NEEDLESS,  /* it goes */
	IMPORT_KEPT,	  /* it stays as it is, and says why */
};

struct import_line {
	const struct other_line *line;
	enum import_verdict verdict;
	const char *why; /* it is kept, or a device that it names is not taken; NULL for none */
	bool unsettled;	 /* a device that it names is not taken, or none is there */
	struct import_line *next;
};

/* A line that gives a device away. */
struct import_source {
	const struct other_line *line;
	struct import_source *next;
};

/* A device that other set-ups give to vfio-pci or a virtual machine. */
struct import_device {
	const struct device *device;
	const char *name;	       /* "01:00.0", or with its domain unless that is 0 */
	const char *selector;	       /* pinned: "00:01.0/00.0@10de:1f91" */
	struct import_source *sources; /* in the order of reading */
	bool picked;		       /* the config has it already */
	const char *why;	       /* why it is not taken over; NULL if it is */
	struct import_device *next;
};

struct import {
	struct arena *arena;
	const struct root *root;
	const struct run *machine; /* planned by the config as it is, with all devices read */
	struct import_line *lines;
	struct import_device *devices; /* by address */
};

/*
 * Finds out what the lines say about this machine's devices: which are to be taken over,
 * and which not and why. Returns 0 or -ENOMEM.
 */
int import_find(struct import *import, const struct other_lines *lines);

/*
 * Leaves out devices that a plan with them refuses. Returns whether there were any: then the plan
 * has to be made anew. The import's arena owns what it keeps of the plan.
 */
bool import_leave_out_refused(struct import *import, const struct run *planned);

/* import_judge.c: decides what becomes of each line, once no device is left out any more. */
void import_judge(struct import *import);

/*
 * Returns a device as messages name it (explain_address()), owned by the arena; "?" when memory
 * runs out.
 */
const char *import_name_device(struct arena *arena, const struct device *device);

/* Notes why a line is not done with; the first reason counts. NULL means that memory ran out. */
void import_unsettle(struct import_line *line, const char *why);

/* Returns whether what a line gives away goes to vfio-pci, or to a virtual machine. */
bool import_gives_to_vfio(const struct other_line *line);

/*
 * Returns the group of a plan with a device of another topology of this machine, owned by the
 * plan's run; NULL for none.
 */
const struct planned_group *import_find_group(const struct run *planned,
					      const struct device *device);

/* Returns where a line stands, as it is to be shown: "/etc/modprobe.d/vfio.conf:2". */
const char *import_name_place(const struct import *import, const struct other_line *line);

/*
 * import_edit.c: returns whether a parameter of the running kernel is also in a file that the boot
 * loader reads.
 */
bool import_is_in_file(const struct import *import, const struct other_line *parameter);

/* import_edit.c: returns why a line cannot be edited; NULL if it can. */
const char *import_find_fault(const struct import *import, const struct other_line *line);

/*
 * import_edit.c: adds to set what takes the needless lines away: files, and what makes that count.
 * Returns 0 or -ENOMEM.
 */
int import_edit(const struct import *import, struct changeset *set);

/* import_text.c: prints the lines for the config, each below where it comes from, and the rest. */
void import_print(const struct import *import, FILE *out);
