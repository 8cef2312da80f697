// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaks, in whatever program loads it. */
#include <stdlib.h>

static void *volatile lost;

static void __attribute__((constructor)) leak(void)
{
	lost = malloc(16);
	lost = NULL;
}
