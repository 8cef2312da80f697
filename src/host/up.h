// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "host/links.h"
#include "lib/arena.h"

/* Where to look. A NULL member means this machine's own. */
struct up_roots {
	const char *root;      /* "": run/systemd/sessions */
	const char *systemctl; /* "systemctl" */
	struct link_roots links;
};

/* What must be there besides what systemd starts. */
struct up_wanted {
	const struct link *links; /* must all carry a route (host/links.h) */
	const char *program;	  /* must exit with status 0; NULL for none */
};

/* A reason why the machine is not up, a sentence without its full stop. */
struct up_reason {
	const char *text;
	struct up_reason *next;
};

/* How long a display manager and its screen must have lasted. One that fails lasts less. */
#define UP_LASTING_MICROSECONDS 10000000

/* How long systemctl and the user's program may take, in milliseconds. */
#define UP_SYSTEMCTL_MILLISECONDS 20000
#define UP_PROGRAM_MILLISECONDS	  60000

/*
 * Finds the reasons why the machine is not up at the time now, in microseconds of
 * CLOCK_MONOTONIC; none if it is. It is up when
 *
 * - systemd's multi-user.target is active;
 * - if default.target is graphical.target, the display manager, unless the machine has none, has
 *   been active for UP_LASTING_MICROSECONDS. gdm, sddm and lightdm stay active when no screen
 *   comes up, so with them a session of logind (src/login/logind-session.c, session_save())
 *   must have had a graphical seat for as long: a greeter's or a user's;
 * - all wanted links carry a route, or are given to a guest and another link carries one;
 * - the wanted program exits with status 0. It is run once everything else is up, and writes
 *   where this process does.
 *
 * What cannot be asked counts as not up. The arena owns the reasons, which stay the same as long
 * as nothing changes. Returns 0 or -ENOMEM.
 */
int up_find(struct up_reason **reasons, struct arena *arena, const struct up_roots *roots,
	    const struct up_wanted *wanted, int64_t now);
