// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/terminal.h"
#include "machine/pci.h"
#include "machine/sysfs.h"
#include "machine/traits.h"
#include "plan/guard.h"
#include "plan/run.h"

/* Incremented when a field changes its meaning or goes. New fields do not count. */
#define LISTING_SCHEMA 1

/* Room for the name of a device or class. */
#define LISTING_NAME_SIZE 256

/* Room for a class, a vendor and a model. */
#define LISTING_TEXT_SIZE 768

/* How much of a group is on a vfio driver. */
enum listing_now {
	LISTING_HOST,
	LISTING_PARTLY,
	LISTING_TAKEN,
};

/* What can be done with a group. */
enum listing_verdict {
	VERDICT_BRIDGES,  /* nothing but bridges, which stay with the host */
	VERDICT_NO_GROUP, /* without an IOMMU group nothing can be taken */
	VERDICT_FREE,	  /* would be taken if one of its members were listed */
	VERDICT_KEPT,	  /* would be refused, or is to be refused */
	VERDICT_NEXT,	  /* is to be taken at the next boot */
	VERDICT_TAKEN,	  /* is taken now */
};

/* What is shown of a function besides the device itself. */
struct listed {
	const struct member *member; /* in the plan; NULL if its group is not planned */
	const struct selector
		*protect; /* the selector that keeps it with the host; NULL for none */
	const struct selector
		*network; /* the need that says it carries the network; NULL for none */
	bool shown;
};

/* A member that keeps its group with the host. */
struct keeper {
	const struct device *device;
	struct hold hold; /* its first that is not waived */
};

/* A group, or the functions without one. */
struct listed_group {
	int number; /* -1 without a group */
	struct device *const *members;
	size_t count;
	const struct planned_group *planned; /* NULL if none of its devices is listed */
	enum listing_now now;
	enum listing_verdict verdict;
	const struct device *wanted; /* the member that the verdict supposes to be listed */
	struct keeper *keepers;	     /* for VERDICT_KEPT */
	size_t keeper_count;
	bool unless_listed; /* each keeper keeps it only because no selector lists that keeper */
	bool minor;	    /* nobody takes it: bridges, and parts of the chipset that are idle */
	bool shown;
};

/* All functions of a machine, and what is done with them. */
struct listing {
	const struct run *run; /* surveyed with survey_all(), and planned */
	const struct traits *traits;
	struct listed *functions; /* in the order of the topology's devices */
	struct listed_group *groups;
	size_t group_count; /* those without a number last */
	bool all;	    /* minor groups and idle ports are wanted in text too */

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

/* Fills in the verdict of a group whose planned and now are set. Returns 0 or -ENOMEM. */
int listing_judge(const struct listing *listing, struct listed_group *group);

/*
 * Finds what would hold a device if a selector listed it alone: its first guard that is not
 * waived, besides that it has no group. Returns whether there is one.
 */
bool listing_find_hold(const struct listing *listing, const struct device *device,
		       struct hold *hold);

/* Returns the details of one of the run's devices. */
const struct listed *listing_of(const struct listing *listing, const struct device *device);
const struct traits *listing_traits(const struct listing *listing, const struct device *device);

/* Returns whether it is a bridge without a function behind it. */
bool listing_is_idle_bridge(const struct listing *listing, const struct device *device);

/* How a function is reset. */
enum listing_reset {
	RESET_OWN,  /* by itself */
	RESET_CARD, /* only with everything on its bus, by the bridge above */
	RESET_NONE, /* not at all */
};

enum listing_reset listing_reset(const struct listing *listing, const struct device *device);

/* Returns "Intel Corporation Ethernet Controller X710", or NULL if even the vendor is unknown. */
const char *listing_name(const struct listing *listing, const struct device *device,
			 char buffer[static LISTING_NAME_SIZE]);

/* Returns "Ethernet controller". */
const char *listing_class(const struct listing *listing, const struct device *device,
			  char buffer[static LISTING_NAME_SIZE]);

/* Returns the class in fewer words where there are such: "VGA controller". */
const char *listing_short_class(const struct listing *listing, const struct device *device,
				char buffer[static LISTING_NAME_SIZE]);

/*
 * Returns class, vendor in short, and model: "VGA controller: NVIDIA TU106 [GeForce RTX
 * 2070]", "Ethernet controller: Intel Device 15bc". With brief, a display's model that has a
 * name in brackets is that name alone.
 */
const char *listing_describe(const struct listing *listing, const struct device *device, bool brief,
			     char text[static LISTING_TEXT_SIZE]);

/* Returns what keeps a group, "SATA controller" or "needed for /"; the run's arena owns it. */
const char *listing_explain_keeper(const struct listing *listing, const struct keeper *keeper);

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
