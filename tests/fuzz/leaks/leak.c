// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaks, in whatever program it is loaded into. */
#include <stdlib.h>

static void *volatile lost;

static void __attribute__((constructor)) leak(void)
{
	lost = malloc(16);
	lost = NULL;
}
