// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "settings/selector.h"

#define SETTINGS_SOURCE_CMDLINE "command line"

/* What a list of what the host needs begins with (host.h), where vfio-early made it by looking. */
#define SETTINGS_HOST_HEADING "# What this host needs"

/* Needs found on the running host just now, rather than when an image was built. */
#define SETTINGS_SOURCE_HOST "this host"

enum setting_key {
	SETTING_DEVS,
	SETTING_FORCE,
	SETTING_PROTECT,
	SETTING_MEMBERS,
	SETTING_DRIVER,
	SETTING_WAIT,
	SETTING_TIMEOUT,
	SETTING_DEBUG,
	SETTING_DRY_RUN,
	/* Not the user's: only what the host needs (host.h) may say these. */
	SETTING_CLAIMED,
	SETTING_NETWORK,
	SETTING_COUNT,
};

struct selector_list {
	struct selector *items;
	size_t count;
	size_t room;
	bool written; /* there was something to read, even if none of it parsed */
};

/*
 * Something the user wrote that could not be used. It stops the taking, for it may be what
 * keeps a device with the host; only what can do no more than add a device is dropped alone.
 */
struct problem {
	struct origin origin;
	const char *text;     /* names the bad piece and says what is wrong with it */
	const char *meant;    /* what was probably meant, as it is to be written; NULL if unknown */
	enum setting_key key; /* whose value it was; SETTING_COUNT where that is unknown */
	bool stops;	      /* nothing is taken until it is corrected */
	struct problem *next;
};

struct settings {
	bool off; /* vfio_early=off: touch nothing */
	struct selector_list devs;
	struct selector_list force;
	struct selector_list protect;
	struct selector_list members; /* the endpoints that groups may have; any, if not written */
	struct selector_list claimed; /* what other tools claim; their purpose is which */
	struct selector_list network; /* what the host is reached by; their purpose is how */
	bool host_known;    /* a list of what the host needs was read (settings_read_host()) */
	const char *driver; /* a driver's name; NULL for auto */
	unsigned int wait_seconds;
	unsigned int timeout_seconds;
	bool debug;
	bool dry_run;
	bool crash_kernel;     /* the command line is one that kdump made */
	const char *iommu_off; /* a parameter that turns the IOMMU off, as on the command line */
	struct origin origins[SETTING_COUNT]; /* source is NULL for a default */
	struct problem *problems;
	struct problem **last_problem;
	struct arena *arena; /* owns all of the above */
};

/* Fills in the defaults. Whatever is read later is allocated from arena. */
void settings_init(struct settings *settings, struct arena *arena);

/*
 * Returns the first problem that stops the taking, or NULL. A value that another source
 * replaces stops nothing any more.
 */
const struct problem *settings_find_stop(const struct settings *settings);

/* Adds the problem that a file is there, but its text is not: whatever it restricts is unknown. */
int settings_add_unread(struct settings *settings, const char *path, const char *reason);

/* The key of a config file that stands in for one that was refused; its value is the reason. */
#define SETTINGS_UNREAD_KEY "unread"

/*
 * Reads the text of a config file; path is what errors name it by, and must
 * outlive settings. Bad pieces become problems, the rest is used. Returns 0,
 * or -ENOMEM.
 */
int settings_read_config(struct settings *settings, const char *path, const char *text);

/*
 * Reads a kernel command line. A key that it names replaces what the file
 * said of it. Returns 0, or -ENOMEM.
 */
int settings_read_cmdline(struct settings *settings, const char *text);

/*
 * Reads what the host needs (host.h), a config file that holds nothing but
 * "protect", "network" and "claimed": it adds to whatever else was said of these,
 * in whichever order. What is after '#' is what the host needs the line's devices for, or
 * who claims them. It makes the host known where it begins with SETTINGS_HOST_HEADING, or names
 * something that the host needs: an empty file was made by nobody who looked. Bad pieces
 * become problems. Returns 0, or -ENOMEM.
 */
int settings_read_host(struct settings *settings, const char *path, const char *text);

/*
 * Adds selectors as the argument of a command, replacing those from elsewhere
 * when it is the first. The last may not end in a comma. Returns 0, or -ENOMEM.
 */
int settings_add_argument(struct settings *settings, const char *text, bool last);

/*
 * Adds the devices that a list names which another driver or tool is given (claim.h); the
 * claimant is what they are said to be claimed by, and is not copied. Returns 0 or -ENOMEM.
 */
int settings_add_claims(struct settings *settings, const char *list, const char *claimant,
			const struct origin *origin);

/* The key's name, as in the table of the manual. */
const char *setting_name(enum setting_key key);

/* The key's value as text, in the spelling it can be set with; NULL when memory is short. */
const char *setting_value(const struct settings *settings, enum setting_key key,
			  struct arena *arena);
