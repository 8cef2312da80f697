// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <string.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The positions, from 1, of the format and of the first argument that it formats. */
#define PRINTF_FORMAT(at, first) __attribute__((format(printf, at, first)))

/* The PATH of every program that this one runs, whatever PATH the caller has. */
#define TRUSTED_PATH "/usr/sbin:/usr/bin:/sbin:/bin"

/* Returns whether two strings are equal. */
static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Returns whether text begins with prefix. */
static inline bool strstarts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}
