// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/*
 * Copies a module's options without the parameter called name, and counts in *dropped how often
 * that stood there. Options are taken apart as the kernel does (kernel/params.c, parse_args()).
 * Returns the copy, the caller's to free, or NULL when memory is short.
 */
char *module_options_without(const char *options, const char *name, size_t *dropped);

/*
 * Collects the values that options give the parameter called name, each with a comma after it.
 * Returns them, the caller's to free: an empty text where there are none. NULL when memory is
 * short.
 */
char *module_options_values(const char *options, const char *name);
