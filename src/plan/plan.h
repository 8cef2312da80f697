// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/topology.h"
#include "plan/guard.h"
#include "settings/refusal.h"
#include "settings/settings.h"

/* Room for a driver's name where it cannot be allocated; longer ones are cut. */
#define DRIVER_NAME_SIZE 64

/* What the plan decides about a member. */
enum role {
	ROLE_TAKE,  /* gets the driver */
	ROLE_LEAVE, /* a bridge: neither binds nor stands in the way */
	ROLE_LOST,  /* is gone once its VMD, another member, is taken */
};

/* The step that failed for a member, or which of its steps could not be undone. */
enum step {
	STEP_NONE,
	STEP_OVERRIDE,
	STEP_EVICT_FRAMEBUFFER, /* of the framebuffer */
	STEP_LOAD,
	STEP_UNBIND,
	STEP_BIND,
	STEP_READ_BACK,
};

/* How the taking of a member ended. */
enum result {
	RESULT_PENDING, /* nothing was done, or not yet */
	RESULT_TAKEN,
	RESULT_ALREADY, /* had the driver before, and has it still */
	RESULT_LEFT,	/* left to the host by the plan */
	RESULT_UNDONE,	/* was taken or under way, and given back */
	RESULT_STUCK,	/* was to be given back, which failed or would have blocked */
	RESULT_LOST,	/* goes away, or went, with its VMD */
};

struct member {
	const struct device *device;
	enum role role;
	const struct hold *holds; /* all guards that hold it */
	size_t hold_count;
	enum refusal refusal;		 /* of the first that stands; REFUSAL_NONE if none does */
	enum refusal forced;		 /* of the first, where force waived them all */
	const struct selector *selector; /* that lists it; NULL if none */
	const struct selector *blame;	 /* that refusal or forced is for; NULL if none */
	const struct selector *force;	 /* that waived forced */
	const struct selector *claim;	 /* by which another tool is to take it; NULL if none */
	const char *driver;		 /* to be bound */
	bool blocks;			 /* left alone, but its driver keeps the group shut */

	/* Filled while the plan is carried out. */
	enum result result;
	bool listed;	       /* among its driver's devices, once that was loaded */
	enum step step;	       /* under way; STEP_NONE between steps */
	enum step failed_step; /* the first that failed */
	int error;	       /* its -errno, or MODULE_BLACKLISTED of module.h */
	bool override_written;
	bool released;			     /* the framebuffer that was in its memory */
	bool unbound;			     /* from the driver it had before */
	bool settled;			     /* driver_after was read back */
	char driver_after[DRIVER_NAME_SIZE]; /* empty when none */
};

struct planned_group {
	int number; /* -1 for a device without a group */
	struct member *members;
	size_t count;
	bool refused;
	bool failed; /* was accepted, but did not come out whole */
	bool joined; /* joiner came into it after it was decided on */
	struct pci_address joiner;
};

/* Why a selector took nothing, or restricts and cannot be used. */
enum finding_kind {
	FINDING_ABSENT,		  /* no device is what it names */
	FINDING_IDENTITY,	  /* another id sits there than the one after '@' */
	FINDING_BRIDGES,	  /* only bridges are what it names */
	FINDING_BEHIND_VMD,	  /* only what goes away with its VMD is what it names */
	FINDING_EXCLUDES_NOTHING, /* a '!' that leaves nothing out: nothing is taken */
	FINDING_DISPLAY_UNKNOWN,  /* nobody knows the boot display: nothing is taken */
	FINDING_MISTYPED,	  /* likely to be what restricts: nothing is taken */
};

struct finding {
	enum finding_kind kind;
	const struct selector *selector;
	const struct device *device;   /* that sits there now, or was meant; NULL for none */
	const struct device *moved;    /* where the id after '@' is now; NULL if nowhere */
	size_t moved_count;	       /* how many have that id now */
	const struct device *meant[3]; /* of what stops the taking: what it may be about */
	size_t meant_count;	       /* how many such there are; the first three are in meant */
	const char *correction;	       /* of a mistyped one: what was probably meant */
};

/* One module to load, and what came of it. */
struct planned_module {
	const char *name;
	bool required; /* nothing can be taken without it */
	bool done;     /* is in the kernel now, or was before */
	int error;     /* -errno (-ETIMEDOUT until the loading ends), or MODULE_BLACKLISTED */
};

/* A device that the plan does not take, although "ids=" of vfio-pci or pci-stub names it. */
struct leftover {
	const struct device *device;
	const struct selector *claim;	   /* that names it; NULL for an id of unknown origin */
	const struct selector *protection; /* for what the host needs it; NULL */
	bool give_back;			   /* it was bound by that id, and the host needs it */

	/* Filled while it is given back. */
	enum result result; /* RESULT_UNDONE or RESULT_STUCK in the end */
	enum step step;	    /* under way; STEP_NONE between steps */
	enum step failed_step;
	int error;			     /* its -errno */
	char driver_after[DRIVER_NAME_SIZE]; /* empty when none */
};

enum action_kind {
	ACTION_OVERRIDE,
	ACTION_EVICT_FRAMEBUFFER, /* the firmware's framebuffer in a display's memory */
	ACTION_LOAD,
	ACTION_BIND,
};

struct action {
	enum action_kind kind;
	struct planned_group *group;   /* NULL for ACTION_LOAD */
	struct member *member;	       /* NULL for ACTION_LOAD */
	struct planned_module *module; /* of ACTION_LOAD only */
};

struct plan {
	struct planned_group *groups; /* those that a listed device is in */
	size_t group_count;
	struct finding *findings;
	size_t finding_count;
	bool stopped; /* a selector that restricts cannot be used: there are no groups */
	struct planned_module *modules;
	size_t module_count;
	struct action *actions; /* in the order in which they are to be done */
	size_t action_count;
	struct member **binds; /* whom ACTION_BIND is for, by address */
	size_t bind_count;
	struct leftover *leftovers; /* by address; filled by leftover_list() alone */
	size_t leftover_count;
	volatile bool undoing; /* a group is being given back just now */
	enum iommu_state iommu;
};

/*
 * Decides about every listed device's group. A pure function of what it is
 * given; allocates the plan's parts from arena, which must outlive it, as
 * must settings and topology. Every member of a group that a listed device is
 * in must have been described. Where a problem of the settings stops the
 * taking, the plan is empty. Returns 0 or -ENOMEM.
 */
int plan_make(struct plan *plan, struct arena *arena, const struct settings *settings,
	      const struct topology *topology);

/*
 * Returns the entry of protect that keeps the device with the host: by its place, or by its
 * id where that has moved. NULL if there is none. All must have been identified.
 */
const struct selector *plan_find_protection(const struct settings *settings,
					    const struct topology *topology,
					    const struct device *device);

/* Returns the guard that holds the member for that reason, waived or not; NULL if none does. */
const struct hold *member_hold(const struct member *member, enum refusal refusal);

/* Whether a selector picks the device, and no '!' leaves it out. */
bool plan_picks(const struct settings *settings, const struct topology *topology,
		const struct device *device);
