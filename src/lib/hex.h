// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes value as at most 8 hexadecimal digits, without a NUL. Returns the end of the digits. */
char *hex_format(uint32_t value, size_t digits, char *text);

/*
 * Reads that many hexadecimal digits, at most 8, into value. Returns false, with value
 * untouched, if one is not a digit.
 */
bool hex_parse(const char *text, size_t digits, uint32_t *value);
