// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "check/root.h"
#include "command/changeset.h"

/*
 * The scripts of /etc/grub.d that put entries into GRUB's menu: one without vfio-early, and one for
 * each profile that has one. Each is a copy of the first entry with another parameter.
 */

/* Returns the script's path, for NULL of the entry without vfio-early; NULL for -ENOMEM. */
const char *grub_entry_path(struct arena *arena, const char *profile);

/* Returns what the entry has on its kernel command line; NULL for -ENOMEM. */
const char *grub_entry_parameter(struct arena *arena, const char *profile);

/*
 * Adds to a change that there is an entry, or none, and what makes GRUB's menu anew. Nothing is
 * added where it is so already. For another boot loader, says on standard error in command's name
 * that it cannot get one. Returns an exit_code.
 */
int grub_entry_change(const struct root *root, const char *command, const char *profile, bool add,
		      struct changeset *set);
