// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "command/trial_end.h"

/* The end of a trial where GRUB records trials (host/grub_record.h). */

/* Returns whether GRUB does so below root, "" for this machine, also if its record is damaged. */
bool trial_grub_is_used(struct arena *arena, const char *root);

/*
 * Records that the configuration of this boot has come up, or that the next boot may try it
 * again. Say on standard error what failed; command begins the line.
 */
enum trial_end trial_grub_confirm(const char *command, struct arena *arena, const char *root);
enum trial_end trial_grub_forget(const char *command, struct arena *arena, const char *root);

/*
 * Corrects GRUB's record after a boot that was no trial: GRUB does not know which configuration
 * an image has. passed is what GRUB told the kernel (struct settings, grub). Says on standard
 * output what the next boot is, and on standard error what failed. Returns TRIAL_END_NONE if
 * there was nothing to correct.
 */
enum trial_end trial_grub_settle(const char *command, struct arena *arena, const char *root,
				 const char *passed);
