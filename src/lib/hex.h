// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes value as that many hexadecimal digits, at most 8, without a NUL. Returns their end. */
char *hex_format(uint32_t value, size_t digits, char *text);

/*
 * Reads that many hexadecimal digits, at most 8, at text into value. Returns false, with value
 * untouched, when one of them is none.
 */
bool hex_parse(const char *text, size_t digits, uint32_t *value);
