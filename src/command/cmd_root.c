// SPDX-License-Identifier: GPL-2.0-or-later
/* "vfio-early --root DIR COMMAND" is "vfio-early COMMAND --root DIR". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/command.h"
#include "lib/text.h"
#include "lib/util.h"

/* More arguments than any of these commands has. */
#define ARGUMENTS_MAX 64

static const struct command *const with_root[] = { &command_check, &command_import, &command_off,
						   &command_on };

static int run_root(int count, char *const *arguments)
{
	char *moved[ARGUMENTS_MAX + 2] = { "--root" };

	if (count < 2 || count > ARGUMENTS_MAX) {
		text_print(stderr,
			   "usage: vfio-early --root DIR check|import|off|on [OPTION...]\n");
		return EXIT_MALFORMED;
	}
	moved[1] = arguments[0];
	for (int i = 2; i < count; i++)
		moved[i] = arguments[i];
	for (size_t i = 0; i < ARRAY_SIZE(with_root); i++)
		if (streq(with_root[i]->name, arguments[1]))
			return with_root[i]->run(count, moved);
	text_print(stderr,
		   "vfio-early: --root: '%s' is for this system only; others: check, import, "
		   "off, on\n",
		   arguments[1]);
	return EXIT_MALFORMED;
}

const struct command command_root = {
	.name = "--root",
	.arguments = "DIR check|import|off|on",
	.help = "Do this in the system whose root file system is mounted at DIR.",
	.run = run_root,
};
