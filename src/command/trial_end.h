// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "lib/arena.h"

struct up_roots;

/* What became of the unconfirmed trial of the record (machine/trial_record.h). */
enum trial_end {
	TRIAL_END_DONE,	  /* it was confirmed, or forgotten */
	TRIAL_END_NONE,	  /* there is no unconfirmed trial */
	TRIAL_END_FAILED, /* the record could not be read or written */
};

/*
 * Records that the configuration that is being tried has come up, and keeps the links that carry
 * a route now for the next trial (host/links.h). Removes the marker and what is told to whoever
 * logs in. Says on standard error what failed; command begins the line.
 */
enum trial_end trial_confirm(const char *command, struct arena *arena,
			     const struct up_roots *roots);

/*
 * Removes the unconfirmed trial from the record, or a record that is damaged, and the signs of it
 * below root: the next boot tries the configuration again. Says on standard error what failed.
 */
enum trial_end trial_forget(const char *command, struct arena *arena, const char *root);

/*
 * Keeps the links that carry a route now, if this boot is no trial, in which one may be missing.
 * Returns 0 or -errno.
 */
int trial_keep_links(struct arena *arena, const struct up_roots *roots);
