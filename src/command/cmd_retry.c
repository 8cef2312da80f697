// SPDX-License-Identifier: GPL-2.0-or-later
/* The command retry lets the next boot try a configuration again that did not come up. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/options.h"
#include "command/trial_end.h"
#include "lib/command.h"
#include "lib/text.h"

/* Address space, not memory. */
#define ARENA_SIZE (8 << 20)

static const struct option_table table = {
	.command = "retry",
	.arguments = "",
	.help = "Forgets that a configuration was tried and did not come up: the next boot tries\n"
		"it again.",
};

static int run_retry(int count, char *const *arguments)
{
	struct arena *arena;
	enum trial_end end;
	int code;

	if (options_read_exactly(&table, NULL, 0, count, arguments, &code) < 0)
		return code;
	if (geteuid() != 0) {
		text_print(stderr, "vfio-early: retry: only root can do this: use sudo\n");
		return EXIT_PARTLY;
	}
	arena = arena_create(ARENA_SIZE);
	if (!arena) {
		text_print(stderr, "vfio-early: retry: %s\n", strerror(ENOMEM));
		return EXIT_PARTLY;
	}
	end = trial_forget("retry", arena, "");
	arena_destroy(arena);
	if (end == TRIAL_END_FAILED)
		return EXIT_PARTLY;
	text_print(stdout, end == TRIAL_END_DONE
				   ? "vfio-early: the next boot tries the configuration again\n"
				   : "vfio-early: nothing to try again: no configuration was tried "
				     "without coming up\n");
	return EXIT_DONE;
}

const struct command command_retry = {
	.name = "retry",
	.arguments = "",
	.help = "Let the next boot try a configuration again that did not come up.",
	.run = run_retry,
};
