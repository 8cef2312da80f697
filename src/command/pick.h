// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "command/preview.h"
#include "lib/arena.h"

/*
 * For a command to which no device was named: writes to standard error a numbered list of what
 * can be taken, graphics cards as a whole, and asks on the terminal for one number. like: whose
 * machine and settings. Returns the selector that stands for the number, which the arena owns.
 * Otherwise returns NULL, says why on standard error, and stores an exit_code (lib/command.h) in
 * *code: without a terminal it only says what to type.
 */
const char *pick_device(struct arena *arena, const struct preview *like, const char *command,
			int *code);
