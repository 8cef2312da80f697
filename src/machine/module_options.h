// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/*
 * Copies a module's options without one parameter, and counts in *dropped how often that
 * occurred. Splits options as the kernel does (kernel/params.c, parse_args()). Returns
 * the copy, which the caller frees; NULL if out of memory.
 */
char *module_options_without(const char *options, const char *name, size_t *dropped);

/*
 * Collects the values that options give a parameter, with a comma after each. Returns a
 * string that the caller frees ("" for none); NULL if out of memory.
 */
char *module_options_values(const char *options, const char *name);
