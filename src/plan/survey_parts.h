// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files of a survey (survey*.c) share. All others include plan/survey.h. */

#include "plan/survey.h"

/* What a survey reads from, and what it has read. */
struct survey {
	struct arena *arena;
	const struct settings *settings;
	struct pci_source *source;
	const struct sysfs *sysfs;
	struct module_context *modules;
	bool all; /* read everything, whether or not the settings ask for it */
	struct device *devices;
	size_t count;
	bool boot_display_unknown;
	bool late_groups;
};

/* Returns whether the tree is this machine's, so that the running kernel's answers apply. */
bool survey_is_this_machine(const struct survey *survey);

/* Calls read for every device. Returns 0 or the first -errno. */
int survey_for_all(const struct survey *survey,
		   int (*read)(struct pci_source *, struct arena *, struct device *));

/*
 * survey_display.c: finds the boot display by more than its own attributes; every sign counts.
 * Reads other devices only if the boot display is asked for, or if a device to be taken shows a
 * picture. Returns 0 or -errno.
 */
int survey_find_boot_display(struct survey *survey, bool asked);

/*
 * Identifies the functions in the boot display's slot, which tell whether it is a card. Returns 0
 * or -errno.
 */
int survey_read_card(const struct survey *survey);
