// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "unit.h"

/*
 * Reads a JSON document strictly by RFC 8259 and fails the test if it is malformed.
 * Appends all strings, names included, to strings with '|' after each; strings may be
 * NULL.
 */
void json_check(const char *text, size_t length, struct text *strings);
