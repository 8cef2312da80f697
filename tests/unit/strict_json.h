// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "unit.h"

/*
 * Reads a JSON document, as strictly as RFC 8259 has it, and fails the test
 * where it is none. Strings, names among them, are added to strings with '|'
 * behind each; strings may be NULL.
 */
void json_check(const char *text, size_t length, struct text *strings);
