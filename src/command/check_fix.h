// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "check/check.h"

/*
 * Carries out the commands of the findings on this host, each after it was shown, and asked for
 * unless yes is set; with yes only those of errors and warnings that lose nothing the user may
 * want. Keeps each change for undo. Runs each boot loader's command and, with regenerate, the
 * images' once, at the end. Says what is left to do. Returns an exit_code.
 */
int check_fix(const struct check *check, bool yes, bool regenerate);
