// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "host/needs_list.h"
#include "machine/pci.h"
#include "machine/sysfs.h"
#include "plan/run.h"
#include "plan/survey.h"
#include "settings/config.h"

/* The plan of the next boot, for a running machine or a captured tree. */
struct preview {
	__typeof__(survey) *survey; /* survey_all(), even if nothing is listed; NULL for survey() */

	const char *sysfs;   /* a tree instead of /sys; NULL for this machine's */
	const char *file;    /* a config file instead of /etc/vfio-early.conf; NULL for that */
	bool may_lack_file;  /* that config file need not be there */
	const char *cmdline; /* text that stands in for the running kernel's; NULL for that */
	const char *ids;     /* takes names from this pci.ids, where the command can do that */
	bool json;	     /* likewise: prints JSON */
	bool behind;	     /* likewise: shows what is behind which bridge */
	bool addresses;	     /* likewise: only addresses and names, without the settings */
	const char *host;    /* likewise: what the host needs (host.h) is read from here */

	/* Filled in by these functions. */
	struct config config;
	struct host_list needs; /* of this machine */
	bool needs_said;	/* where they are from */
	struct sysfs tree;
	struct pci_source *source;
};

/*
 * Reads the settings as boot would, and the selectors, which stand in for those
 * configured; says on standard error what could not be read. Returns 0 or -errno.
 */
int preview_read(struct preview *preview, struct run *run, int count, char *const *selectors);

/*
 * What preview_read() does without selectors, for those who want to know what is
 * configured; and the half of it that is about the kernel command line. Returns 0 or -errno.
 */
int preview_read_settings(struct preview *preview, struct run *run);
int preview_read_cmdline(const struct preview *preview, struct run *run);

/*
 * Adds what the host needs, as its next image will have it (host_list.h); says on
 * standard error where that is not from the running system, and what could not be
 * resolved. preview_plan() does it by itself. Returns 0 or -ENOMEM.
 */
int preview_read_needs(struct preview *preview, struct run *run);

/*
 * Surveys and plans, unless nothing is asked for; says on standard error what
 * was in the way. preview->source is open then. Returns 0 or -errno.
 */
int preview_plan(struct preview *preview, struct run *run);

/* Returns the file that names are to be taken from; NULL where there is none. */
const char *preview_find_ids(const struct preview *preview);

/* Says on standard error what is wrong with what, and returns the error back. */
int preview_complain(const char *what, int error);

/* Closes what is open. */
void preview_close(struct preview *preview);
