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

/* Counts up when a field changes its meaning or goes; new ones may come at any time. */
#define LISTING_SCHEMA 1

/* Room for a device's or a class's name. */
#define LISTING_NAME_SIZE 256

/* How much of a group vfio has. */
enum listing_now {
	LISTING_HOST,
	LISTING_PARTLY,
	LISTING_TAKEN,
};

/* Details shown of a function, besides the device itself. */
struct listed {
	const struct member *member;	/* in the plan; NULL where its group is not planned for */
	const struct selector *protect; /* by which the host keeps it; NULL */
	bool shown;
};

/* One group, or a function that is in none. */
struct listed_group {
	int number; /* -1 without a group */
	struct device *const *members;
	size_t count;
	const struct planned_group *planned; /* NULL where nothing of it is listed */
	enum listing_now now;
	bool shown;
};

/* All functions of a machine, what they are, and what is done with them. */
struct listing {
	const struct run *run; /* surveyed with survey_all(), and planned */
	const struct traits *traits;
	struct listed *functions; /* both in the order of the topology's devices */
	struct listed_group *groups;
	size_t group_count; /* those without a number last */

	/* Where names come from; ids is NULL where there are none. */
	struct pci_source *source;
	const char *ids;
};

/*
 * Puts a listing together from what run knows, of all groups that filter picks a member
 * of, or of all without a filter. Everything is of the run's arena. Returns 0 or -ENOMEM.
 */
int listing_make(struct listing *listing, const struct run *run, const struct sysfs *sysfs,
		 const struct settings *filter);

/* Returns the details of one of the run's devices. */
const struct listed *listing_of(const struct listing *listing, const struct device *device);
const struct traits *listing_traits(const struct listing *listing, const struct device *device);

/* "Intel Corporation Ethernet Controller X710"; NULL where nobody knows. */
const char *listing_name(const struct listing *listing, const struct device *device,
			 char buffer[static LISTING_NAME_SIZE]);

/* "Ethernet controller"; "class 020000" where nobody knows. */
const char *listing_class(const struct listing *listing, const struct device *device,
			  char buffer[static LISTING_NAME_SIZE]);

/* Writes group by group what there is. */
void listing_text(const struct listing *listing, const struct terminal *terminal);

/*
 * Writes which function is behind which bridge, one a line, each cut to the terminal's
 * width. Returns 0 or -ENOMEM.
 */
int listing_tree(const struct listing *listing, const struct terminal *terminal);

/* Writes the same as JSON (docs/schemas/list.json). */
void listing_json(const struct listing *listing, FILE *out);

/* Writes the address and the name of each function that could be taken, a tab between them. */
void listing_addresses(const struct listing *listing, FILE *out);
