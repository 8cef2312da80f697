// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * Asks on the terminal whether to do what was shown. Returns 1 for yes, 0 for anything
 * else, -ENOTTY if standard input or standard error is no terminal.
 */
int confirm(void);
