// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * Asks on the terminal whether to do what was shown; command does it without asking ("set --yes
 * 01:00.0"). Returns EXIT_DONE to do it. Otherwise says on standard error that nothing was
 * changed, without a terminal also what to type, and returns another exit_code (lib/command.h).
 */
int confirm(const char *command);
