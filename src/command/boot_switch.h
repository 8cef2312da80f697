// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"

/* The line "boot = nothing" of a config, by which no boot takes a device. */

/*
 * Returns a config's text without any line that sets boot; with off, a line of ours at the end says
 * nothing; both before the profiles. What else the text says, right or wrong, stays. The arena owns
 * the result; NULL when memory runs out.
 */
const char *boot_switch_edit(struct arena *arena, const char *text, bool off);
