// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/util.h"

/* Levels, numbered as in the kernel (include/linux/kern_levels.h). */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

enum log_target {
	LOG_TO_STDERR, /* or /dev/kmsg if writing fails: the terminal may be gone */
	LOG_TO_KERNEL, /* /dev/kmsg, or stderr if that cannot be opened */
};

/* Chooses where lines go; stderr at first. */
void log_set_target(enum log_target target);

/* Turns debug lines on or off; off at first. */
void log_set_debug(bool on);

/*
 * For a child that logs beside its parent: the next line reopens the kernel log. A file that two
 * write to would reach the kernel's limit before either has counted that many lines.
 */
void log_start_anew(void);

/*
 * Writes one line, "vfio-early: " before it; the format has no newline. Cuts lines that
 * are too long for the kernel log. Preserves errno.
 */
void log_line(enum log_level level, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Like log_line(), but writes text as it is. */
void log_text(enum log_level level, const char *text);
