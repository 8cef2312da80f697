// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/hex.h"

/* Each digit's value and one; 0 for what is no digit. */
static const unsigned char digits_and_one[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool hex_parse(const char *text, size_t digits, uint32_t *value)
{
	uint32_t result = 0;

	for (size_t i = 0; i < digits; i++) {
		unsigned int digit = digits_and_one[(unsigned char)text[i]];

		if (!digit)
			return false;
		result = result << 4 | (digit - 1);
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
