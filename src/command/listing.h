// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/terminal.h"
#include "machine/pci.h"
#include "machine/sysfs.h"
#include "machine/traits.h"
#include "plan/run.h"

/* Incremented when a field changes its meaning or goes. New fields do not count. */
#define LISTING_SCHEMA 1

/* Room for the name of a device or class. */
#define LISTING_NAME_SIZE 256

/* How much of a group is on a vfio driver. */
enum listing_now {
	LISTING_HOST,
	LISTING_PARTLY,
	LISTING_TAKEN,
};

/* What is shown of a function besides the device itself. */
struct listed {
	const struct member *member; /* in the plan; NULL if its group is not planned */
	const struct selector
		*protect; /* the selector that keeps it with the host; NULL for none */
	bool shown;
};

/* A group, or the functions without one. */
struct listed_group {
	int number; /* -1 without a group */
	struct device *const *members;
	size_t count;
	const struct planned_group *planned; /* NULL if none of its devices is listed */
	enum listing_now now;
	bool shown;
};

/* All functions of a machine, and what is done with them. */
struct listing {
	const struct run *run; /* surveyed with survey_all(), and planned */
	const struct traits *traits;
	struct listed *functions; /* in the order of the topology's devices */
	struct listed_group *groups;
	size_t group_count; /* those without a number last */

	/* For names; ids is NULL if there is no list. */
	struct pci_source *source;
	const char *ids;
};

/*
 * Builds a listing from run, of all groups in which filter picks a member, or of all if
 * filter is NULL. The run's arena owns everything. Returns 0 or -ENOMEM.
 */
int listing_make(struct listing *listing, const struct run *run, const struct sysfs *sysfs,
		 const struct settings *filter);

/* Returns the details of one of the run's devices. */
const struct listed *listing_of(const struct listing *listing, const struct device *device);
const struct traits *listing_traits(const struct listing *listing, const struct device *device);

/* Returns "Intel Corporation Ethernet Controller X710", or NULL if unknown. */
const char *listing_name(const struct listing *listing, const struct device *device,
			 char buffer[static LISTING_NAME_SIZE]);

/* Returns "Ethernet controller", or "class 020000" if unknown. */
const char *listing_class(const struct listing *listing, const struct device *device,
			  char buffer[static LISTING_NAME_SIZE]);

/* Writes the listing group by group. */
void listing_text(const struct listing *listing, const struct terminal *terminal);

/*
 * Writes which function is behind which bridge, one on each line, cut to the terminal's
 * width. Returns 0 or -ENOMEM.
 */
int listing_tree(const struct listing *listing, const struct terminal *terminal);

/* Writes the listing as JSON (docs/schemas/list.json). */
void listing_json(const struct listing *listing, FILE *out);

/* Writes the address and name, separated by a tab, of each function that could be taken. */
void listing_addresses(const struct listing *listing, FILE *out);
