// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "host/needs_list.h"
#include "lib/paths.h"
#include "machine/pci.h"
#include "machine/sysfs.h"
#include "plan/run.h"
#include "plan/survey.h"
#include "settings/config.h"

/* The plan of the next boot, for this machine or a captured tree. */
struct preview {
	/*
	 * survey_all() or survey(), called even if nothing is listed. NULL for survey() if
	 * something is.
	 */
	__typeof__(survey) *survey;

	const char *sysfs;   /* a captured tree; NULL for this machine's /sys */
	const char *file;    /* a config file; NULL for /etc/vfio-early.conf */
	bool may_lack_file;  /* the config file may be missing */
	const char *cmdline; /* used in place of the running kernel's; NULL for that */
	const char *profile; /* used in place of the command line's; NULL for that */
	const char *ids;     /* for commands with names: the pci.ids to use */
	bool json;	     /* for commands with it: print JSON */
	bool behind;	     /* for commands with it: show what is behind which bridge */
	bool addresses;	  /* for commands with it: only addresses and names, without the settings */
	const char *host; /* for commands with it: a file with the host's needs (host/needs.h) */

	/* Filled in by the functions below. */
	struct config config;
	struct host_list needs; /* this machine's */
	bool needs_said;	/* the source of needs was reported */
	struct sysfs tree;
	struct pci_source *source;
};

/* Rows of an option table (options.h) for a struct options with a member preview. */
#define PREVIEW_OPTION(NAME, VALUE, HELP, FIELD) \
	((struct option_row){ NAME, VALUE, HELP, offsetof(struct options, preview.FIELD), false })
#define PREVIEW_SYSFS \
	PREVIEW_OPTION("sysfs", "DIR", "read the devices from this tree instead of /sys", sysfs)
#define PREVIEW_CONFIG \
	PREVIEW_OPTION("config", "FILE", "use this file instead of " CONFIG_PATH, file)
#define PREVIEW_CMDLINE \
	PREVIEW_OPTION("cmdline", "TEXT", "use this as the kernel command line", cmdline)
#define PREVIEW_PROFILE PREVIEW_OPTION("profile", "NAME", "use this profile of the config", profile)
#define PREVIEW_HOST \
	PREVIEW_OPTION("host", "FILE", "read what the host needs from this file of an image", host)
#define PREVIEW_IDS  PREVIEW_OPTION("ids", "FILE", "read device names from this pci.ids", ids)
#define PREVIEW_JSON PREVIEW_OPTION("json", NULL, "print JSON", json)

/*
 * Reads the settings as boot would, but for those in run->settings.leave_out, then the
 * selectors, which replace the configured ones. Turns dry_run on. Says on standard error
 * what cannot be read. Returns 0 or -errno.
 */
int preview_read(struct preview *preview, struct run *run, int count, char *const *selectors);

/*
 * The first part of preview_read(), without selectors, and the parts of that for the
 * kernel command line and for the profile of preview. Each returns 0 or -errno.
 */
int preview_read_settings(struct preview *preview, struct run *run);
int preview_read_cmdline(const struct preview *preview, struct run *run);
int preview_read_profile(const struct preview *preview, struct run *run);

/*
 * Says on standard error what is wrong in the config's profiles that are not in force, which stops
 * only the boots that choose them. Returns 0 or -ENOMEM.
 */
int preview_say_profiles(const struct settings *settings);

/*
 * Adds the host's needs as in its next image (host/needs_list.h). Says on standard error
 * if they are not from the running system, and what could not be found out.
 * preview_plan() calls it. Returns 0 or -ENOMEM.
 */
int preview_read_needs(struct preview *preview, struct run *run);

/*
 * Surveys and plans, unless nothing is asked for, and opens preview->source. Says on
 * standard error what failed. Returns 0 or -errno.
 */
int preview_plan(struct preview *preview, struct run *run);

/* Returns the file to take names from; NULL for none. */
const char *preview_find_ids(const struct preview *preview);

/* Says on standard error what failed. Returns error. */
int preview_complain(const char *what, int error);

/* Closes everything that is open. */
void preview_close(struct preview *preview);
