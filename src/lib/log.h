// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/util.h"

/* Levels as the kernel numbers them (include/linux/kern_levels.h). */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

enum log_target {
	LOG_TO_STDERR, /* /dev/kmsg where that cannot be written: the terminal may be gone */
	LOG_TO_KERNEL, /* /dev/kmsg; stderr where that cannot be opened */
};

/* Chooses where lines go. Until it is called they go to stderr. */
void log_set_target(enum log_target target);

/* Whether debug lines are said at all; off at first. */
void log_set_debug(bool on);

/*
 * Says one line, "vfio-early: " put before it, with no newline in the format.
 * Long lines are cut to what the kernel log takes. Keeps errno.
 */
void log_line(enum log_level level, const char *format, ...) PRINTF_FORMAT(2, 3);
