// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <string.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The numbers, from 1, of the format and of the first argument it formats. */
#define PRINTF_FORMAT(at, first) __attribute__((format(printf, at, first)))

/* Where programs are looked for that this one runs, whatever the caller's PATH has. */
#define TRUSTED_PATH "/usr/sbin:/usr/bin:/sbin:/bin"

/* Whether two strings are the same to the letter. */
static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Whether text begins with prefix. */
static inline bool strstarts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}
