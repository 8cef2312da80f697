// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "plan/run.h"

/*
 * Reads below root, which is "" for this machine, what the program in the image says of this
 * boot's trial (plan/report.h). Returns RUN_TRIAL_NONE if it says nothing.
 */
enum run_trial trial_marker_read(const char *root);

/* Stores the configuration's fingerprint, where GRUB records trials. Returns whether it is told. */
bool trial_marker_configuration(const char *root, char configuration[static 17]);

/* Removes that word, so that this boot counts as no trial. Returns 0, or -errno. */
int trial_marker_remove(const char *root);

/*
 * Tells whoever logs in (pam_motd(8)) that nothing was taken because of this trial, and what to
 * type; or takes that back. Both are below root. Return 0 or -errno.
 */
int trial_motd_write(const char *root, enum run_trial trial);
int trial_motd_remove(const char *root);
