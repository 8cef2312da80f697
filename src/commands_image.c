// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of the program that goes into images: no more than the boot needs. */
#include <stddef.h>

#include "lib/command.h"

const struct command *const commands[] = {
	&command_boot,
	NULL,
};
