// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/confirm.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/text.h"

int confirm(void)
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
