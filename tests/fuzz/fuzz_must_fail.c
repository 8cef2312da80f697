// SPDX-License-Identifier: GPL-2.0-or-later
/* Fails on purpose, as the input says. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static void *volatile lost;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	volatile char *block = calloc(1, 4);
	volatile size_t behind = 4;
	volatile int most = 0x7fffffff;

	if (strncmp(text, "check", 5) == 0)
		FUZZ_CHECK(behind < 4);
	else if (strncmp(text, "overrun", 7) == 0)
		block[behind] = 1;
	else if (strncmp(text, "overflow", 8) == 0)
		most = most + 1;
	else if (strncmp(text, "leak", 4) == 0)
		lost = malloc(16);
	lost = NULL;
	free((void *)block);
	free(text);
	return 0;
}
