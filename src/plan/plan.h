// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/topology.h"
#include "plan/guard.h"
#include "settings/refusal.h"
#include "settings/settings.h"

/* Room for a driver's name in fixed memory; longer names are cut. */
#define DRIVER_NAME_SIZE 64

/* The plan's decision about a member. */
enum role {
	ROLE_TAKE,  /* gets the driver */
	ROLE_LEAVE, /* is left with the host: a bridge, which never keeps a group from being taken
		     */
	ROLE_LOST,  /* goes away with its VMD, another member */
};

/* The step that failed for a member, or that could not be undone. */
enum step {
	STEP_NONE,
	STEP_RESET, /* after kexec */
	STEP_OVERRIDE,
	STEP_EVICT_FRAMEBUFFER, /* of the framebuffer's driver */
	STEP_LOAD,
	STEP_UNBIND,
	STEP_BIND,
	STEP_READ_BACK,
};

/* How the taking of a member ended. */
enum result {
	RESULT_PENDING, /* nothing done so far */
	RESULT_TAKEN,
	RESULT_ALREADY, /* had the driver before and still has it */
	RESULT_LEFT,	/* left with the host by the plan */
	RESULT_UNDONE,	/* taken or half taken, then given back */
	RESULT_STUCK,	/* giving it back failed or would have blocked */
	RESULT_LOST,	/* goes or went away with its VMD */
};

/* What became of resetting a member after kexec. */
enum reset {
	RESET_NOT_TRIED,
	RESET_DONE,
	RESET_FAILED,
	RESET_NO_WAY, /* the kernel has none for this function alone */
};

struct member {
	const struct device *device;
	enum role role;
	const struct hold *holds; /* all guards that hold it */
	size_t hold_count;
	enum refusal refusal;		 /* the first that is not waived; REFUSAL_NONE for none */
	enum refusal forced;		 /* the first, if force waived all of them */
	const struct selector *selector; /* the selector that lists it; NULL for none */
	const struct selector
		*blame; /* the selector responsible for refusal or forced; NULL for none */
	const struct selector *force; /* the word that waived forced */
	const struct selector *claim; /* by another tool; NULL for none */
	const char *driver;	      /* the driver to bind */
	bool blocks; /* is left alone, but its driver keeps the group from being opened */

	/* Filled in while the plan is carried out. */
	enum result result;
	bool listed;	       /* on its driver's list after the driver was loaded */
	enum step step;	       /* in progress; STEP_NONE between steps */
	enum step failed_step; /* the first failure */
	int error;	       /* -errno or MODULE_BLACKLISTED (machine/module.h) */
	enum reset reset;
	int reset_error; /* -errno */
	bool override_written;
	bool released;			     /* the framebuffer in its memory was released */
	bool unbound;			     /* from its earlier driver */
	bool settled;			     /* driver_after was read back */
	char driver_after[DRIVER_NAME_SIZE]; /* empty for none */
};

struct planned_group {
	int number; /* -1 for a device without a group */
	struct member *members;
	size_t count;
	bool refused;
	bool failed; /* was accepted, but not taken as a whole */
	bool joined; /* joiner came into it after the decision */
	struct pci_address joiner;
};

/* Why a selector took nothing, or restricts but cannot be used. */
enum finding_kind {
	FINDING_ABSENT,		  /* matches no device */
	FINDING_IDENTITY,	  /* the device in the place lacks the id after '@' */
	FINDING_BRIDGES,	  /* matches only bridges */
	FINDING_BEHIND_VMD,	  /* matches only devices that go away with their VMD */
	FINDING_EXCLUDES_NOTHING, /* a '!' that leaves nothing out; stops the taking */
	FINDING_DISPLAY_UNKNOWN,  /* boot_vga, but the boot display is unknown; stops the taking */
	FINDING_MISTYPED,	  /* probably a restriction, mistyped; stops the taking */
};

struct finding {
	enum finding_kind kind;
	const struct selector *selector;
	const struct device *device;   /* the device there now, or the one meant; NULL for none */
	const struct device *moved;    /* where the id after '@' is now; NULL for nowhere */
	size_t moved_count;	       /* how many devices have that id now */
	const struct device *meant[3]; /* the first devices that it may mean */
	size_t meant_count;	       /* how many there are in all */
	const char *correction;	       /* what was probably meant, if mistyped */
};

/* A module to load, and the result. */
struct planned_module {
	const char *name;	       /* as the driver is called, once that is known */
	char driver[DRIVER_NAME_SIZE]; /* the driver's name if it is spelled otherwise */
	bool required;		       /* nothing can be taken without it */
	bool done;		       /* is in the kernel */
	int error; /* -errno (-ETIMEDOUT until loading ends) or MODULE_BLACKLISTED */
};

/* A device that the plan does not take although ids= of vfio-pci or pci-stub names it. */
struct leftover {
	const struct device *device;
	const struct selector
		*claim; /* the claim that names it; NULL for an id of unknown origin */
	const struct selector *protection; /* why the host needs it; NULL if it does not */
	bool give_back;			   /* such an id bound it, but the host needs it */

	/* Filled in while it is given back. */
	enum result result; /* ends as RESULT_UNDONE or RESULT_STUCK */
	enum step step;	    /* in progress; STEP_NONE between steps */
	enum step failed_step;
	int error;			     /* -errno */
	char driver_after[DRIVER_NAME_SIZE]; /* empty for none */
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
	struct planned_module *module; /* for ACTION_LOAD only */
};

struct plan {
	struct planned_group *groups; /* one for each group with a listed device */
	size_t group_count;
	struct finding *findings;
	size_t finding_count;
	bool stopped; /* a restriction cannot be used: there are no groups */
	struct planned_module *modules;
	size_t module_count;
	struct action *actions; /* in the order to carry them out */
	size_t action_count;
	struct member **binds; /* the members of the ACTION_BINDs, by address */
	size_t bind_count;
	struct leftover *leftovers; /* by address; filled in by leftover_list() */
	size_t leftover_count;
	volatile bool undoing; /* a group is being given back */
	enum iommu_state iommu;
};

/*
 * Decides about each listed device's group. A pure function. The arena owns the parts of
 * the plan; it, settings and topology must outlive the plan. All members of those groups
 * must have been described. The plan is empty if a problem of the settings stops the
 * taking. Returns 0 or -ENOMEM.
 */
int plan_make(struct plan *plan, struct arena *arena, const struct settings *settings,
	      const struct topology *topology);

/*
 * Returns the entry of protect that keeps the device with the host: by its place, or by
 * its id if that has moved. NULL for none. All devices must have been identified.
 */
const struct selector *plan_find_protection(const struct settings *settings,
					    const struct topology *topology,
					    const struct device *device);

/* Returns the hold on a member for this reason, waived or not; NULL for none. */
const struct hold *member_hold(const struct member *member, enum refusal refusal);

/* Returns whether a selector picks the device and no '!' leaves it out. */
bool plan_picks(const struct settings *settings, const struct topology *topology,
		const struct device *device);
