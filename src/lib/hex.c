// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/hex.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_parse(const char *text, size_t digits, uint32_t *value)
{
	uint32_t result = 0;

	for (size_t i = 0; i < digits; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		result = result << 4 | (uint32_t)digit;
	}
	*value = result;
	return true;
}

char *hex_format(uint32_t value, size_t digits, char *text)
{
	for (size_t i = digits; i > 0; i--, value >>= 4)
		text[i - 1] = "0123456789abcdef"[value & 0xf];
	return text + digits;
}
