// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/confirm.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/text.h"

/* Returns 1 for yes, 0 for anything else, -ENOTTY without a terminal. */
static int ask(void)
{
	char answer[16];

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return -ENOTTY;
	text_print(stderr, "vfio-early: do it? [y/N] ");
	if (!fgets(answer, sizeof(answer), stdin)) {
		fputc('\n', stderr);
		return 0;
	}
	return answer[0] == 'y' || answer[0] == 'Y';
}

int confirm(const char *command)
{
	int answer = ask();

	if (answer > 0)
		return EXIT_DONE;
	if (!answer) {
		text_print(stderr, "vfio-early: nothing was changed\n");
		return EXIT_PARTLY;
	}
	text_print(stderr,
		   "vfio-early: nothing was changed: there is no terminal to ask on; to do it: "
		   "vfio-early %s\n",
		   command);
	return EXIT_MALFORMED;
}
