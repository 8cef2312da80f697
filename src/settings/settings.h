// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "lib/cmdline.h"
#include "settings/selector.h"

#define SETTINGS_SOURCE_CMDLINE "command line"

/* The heading of a list of the host's needs that vfio-early made by looking (host/needs_text.c). */
#define SETTINGS_HOST_HEADING "# What this host needs"

/* Origin of needs found on the running host, not read from an image. */
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
	SETTING_RESCUE,
	SETTING_TRIAL,
	SETTING_CONFIRM,
	SETTING_CONFIRM_WITHIN,
	SETTING_BOOT,
	SETTING_PROFILE, /* of the kernel command line alone */
	/* Not for users: only a list of the host's needs may have these. */
	SETTING_CLAIMED,
	SETTING_NETWORK,
	SETTING_CONFIRMS,
	/* Only the kernel command line may have it, from hook/grub-trial. */
	SETTING_GRUB,
	SETTING_COUNT,
};

/* A key's bit in leave_out and left_out; vfio_early=off is no key, and has one too. */
#define SETTINGS_BIT(key) (1U << (key))
#define SETTINGS_BIT_OFF  SETTINGS_BIT(SETTING_COUNT)

struct selector_list {
	struct selector *items;
	size_t count;
	size_t room;
	bool written; /* there was a value, even if no part of it parsed */
};

/*
 * Something that the user wrote and that could not be used. It stops the taking, because
 * it may be what keeps a device with the host. Only a problem that could do no more than
 * add a device stops nothing.
 */
struct problem {
	struct origin origin;
	const char *text;     /* names the bad piece and says what is wrong with it */
	const char *meant;    /* as it was probably meant to be written; NULL if unknown */
	enum setting_key key; /* the key of the value; SETTING_COUNT if unknown */
	bool stops;	      /* nothing is taken until it is corrected */
	struct problem *next;
};

struct settings {
	/*
	 * What is not used of the sources read from now on. It is checked all the same, and
	 * left_out gets the bits of what had a value.
	 */
	unsigned int leave_out, left_out;
	bool off; /* vfio_early=off: touch nothing */
	/* The word of the command line that starts the system for repair; NULL for none. */
	const char *repair;
	bool in_repair;	     /* rescue = take: devices are taken then too */
	bool in_boot;	     /* not boot = nothing: a boot takes devices */
	bool trial;	     /* as the user has it; settings_has_trials() counts */
	const char *confirm; /* the user's program that says whether all is well; or NULL */
	unsigned int confirm_seconds; /* an unconfirmed trial reboots after these; 0 for never */
	bool confirms;		      /* the system that the image starts confirms trials */
	const char *grub;	      /* what GRUB knows of trials (boot/trial.c); or NULL */
	struct selector_list devs;
	struct selector_list force;
	struct selector_list protect;
	struct selector_list members; /* the endpoints that groups may have; any if not written */
	bool members_open;	      /* groups may have others too, because they are pinned anew */
	struct selector_list claimed; /* given to other tools; the purpose names the tool */
	struct selector_list network; /* how the host is reached; the purpose says more */
	bool host_known;    /* a list of the host's needs was read (settings_read_host()) */
	const char *driver; /* NULL for auto */
	unsigned int wait_seconds;
	unsigned int timeout_seconds;
	bool debug;
	bool dry_run;
	const char *profile;  /* the name of the profile in force; NULL for none */
	unsigned int section; /* while a profile is read, its first line; else 0 */
	/* The config, for the profile of a command line; NULL if there is none. */
	const char *config_path, *config_text;
	bool crash_kernel;     /* the command line is kdump's */
	const char *iommu_off; /* the parameter that turns the IOMMU off, as written */
	struct origin origins[SETTING_COUNT]; /* source is NULL for a default */
	struct problem *problems;
	struct problem **last_problem;
	struct arena *arena; /* owns all of the above */
};

/* Sets the defaults. The arena will own whatever is read later. */
void settings_init(struct settings *settings, struct arena *arena);

/*
 * Returns whether a word of the kernel command line starts a system for repair: with a shell
 * for root (kernel-command-line(7) of systemd, init(8) of sysvinit, boot(7)), or by the entry
 * of GRUB's menus that Ubuntu marks with "recovery".
 */
bool settings_is_repair(const struct cmdline_token *token);

/* Returns whether the command line, or boot = nothing, keeps everything from being touched. */
bool settings_are_off(const struct settings *settings);

/*
 * Returns whether a configuration that has never come up is a trial: the user wants it, or said
 * nothing and the system that the image starts confirms trials.
 */
bool settings_has_trials(const struct settings *settings);

/*
 * Returns the first problem that stops the taking, or NULL. A value replaced by another
 * source stops nothing.
 */
const struct problem *settings_find_stop(const struct settings *settings);

/*
 * Adds the problem that a file exists but could not be read: its restrictions are
 * unknown. Returns 0 or -ENOMEM.
 */
int settings_add_unread(struct settings *settings, const char *path, const char *reason);

/* The only key of a config file that stands in for a refused one; its value is the reason. */
#define SETTINGS_UNREAD_KEY "unread"

/*
 * Parses the text of a config file, but for its profiles (profile.h). path names it in errors;
 * both must outlive settings. Bad pieces become problems; the rest is used. Returns 0 or -ENOMEM.
 */
int settings_read_config(struct settings *settings, const char *path, const char *text);

/*
 * Reads the profile of this name from the config that was read, after the command line. Its keys
 * replace the config's values, but not those of the command line. Its protect adds to the config's,
 * and where boot = nothing is set, it stays. origin says who chose it. name must outlive settings;
 * a profile that the config does not have becomes a problem. Returns 0 or -ENOMEM.
 */
int settings_read_profile(struct settings *settings, const char *name, const struct origin *origin);

/*
 * Parses a kernel command line, after the config, and reads the profile that it names; of several
 * the last. Its other keys replace the values of both. Returns 0 or -ENOMEM.
 */
int settings_read_cmdline(struct settings *settings, const char *text);

/*
 * Parses a list of the host's needs (host/needs_list.h), a config file with only protect,
 * network and claimed. It adds to these lists, in whatever order files are read. The text
 * after '#' says why the host needs the line's devices, or who claims them. Sets
 * host_known if the list begins with SETTINGS_HOST_HEADING or names a need: an empty file
 * was written without looking. Bad pieces become problems. Returns 0 or -ENOMEM.
 */
int settings_read_host(struct settings *settings, const char *path, const char *text);

/*
 * Adds the selectors of a command's argument. The first argument replaces those from
 * other sources; the last may not end in a comma. Returns 0 or -ENOMEM.
 */
int settings_add_argument(struct settings *settings, const char *text, bool last);

/*
 * Adds the devices of a list that gives them to another driver or tool (claim.h).
 * claimant names it and is not copied. Returns 0 or -ENOMEM.
 */
int settings_add_claims(struct settings *settings, const char *list, const char *claimant,
			const struct origin *origin);

/* Returns the key's name, as in the manual. */
const char *setting_name(enum setting_key key);

/* Returns the key's value as it can be written, owned by the arena; NULL when memory runs out. */
const char *setting_value(const struct settings *settings, enum setting_key key,
			  struct arena *arena);
