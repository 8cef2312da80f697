// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "selector.h"

#define SETTINGS_SOURCE_CMDLINE "command line"

/* What the running host was found to need just now, rather than when an image was built. */
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

/* Something the user wrote that could not be used. */
struct problem {
	struct origin origin;
	const char *text; /* names the bad piece and says what is wrong with it */
	struct problem *next;
};

struct settings {
	bool off; /* vfio_early=off: touch nothing */
	struct selector_list devs;
	struct selector_list force;
	struct selector_list protect;
	struct selector_list members; /* the endpoints that groups may have; any, if not written */
	struct selector_list claimed; /* what other tools claim; their purpose is which */
	struct selector_list network; /* what carries the host's network; their purpose is how */
	bool host_known;    /* a list of what the host needs was read, be it empty (host.h) */
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
 * Reads the text of a config file; path is what errors name it by, and must
 * outlive settings. Bad pieces become problems, the rest is used. Gives 0,
 * or -ENOMEM.
 */
int settings_read_config(struct settings *settings, const char *path, const char *text);

/*
 * Reads a kernel command line. A key that it names replaces what the file
 * said of it. Gives 0, or -ENOMEM.
 */
int settings_read_cmdline(struct settings *settings, const char *text);

/*
 * Reads what the host needs (host.h), a config file that holds nothing but
 * "protect", "network" and "claimed": it adds to whatever else was said of these,
 * in whichever order, and makes the host known. What is behind '#' is what the host needs the
 * line's devices for, or who claims them. Bad pieces become problems. Gives 0, or -ENOMEM.
 */
int settings_read_host(struct settings *settings, const char *path, const char *text);

/*
 * Adds selectors as the argument of a command, replacing those from elsewhere
 * when it is the first. Gives 0, or -ENOMEM.
 */
int settings_add_argument(struct settings *settings, const char *text);

/* The key's name, as in the table of the manual. */
const char *setting_name(enum setting_key key);

/* The key's value as text, in the spelling it can be set with; NULL when memory is short. */
const char *setting_value(const struct settings *settings, enum setting_key key,
			  struct arena *arena);
