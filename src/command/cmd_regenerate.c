// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/preview.h"
#include "command/regenerate.h"
#include "host/needs_list.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "plan/explain.h"
#include "settings/settings.h"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

/* Says what is wrong with the config. Returns 0, or -errno if it cannot be read. */
static int check_config(struct arena *arena)
{
	struct settings settings;
	char *text;
	int error = textfile_read(arena, CONFIG_PATH, &text);

	/* Everything may be on the kernel command line. */
	if (error == -ENOENT)
		return 0;
	settings_init(&settings, arena);
	if (!error)
		error = settings_read_config(&settings, CONFIG_PATH, text);
	for (const struct problem *problem = settings.problems; problem; problem = problem->next)
		text_print(stderr, "vfio-early: %s\n", explain_problem(arena, problem));
	return error ? error : preview_say_profiles(&settings);
}

static int run_regenerate(int count, char *const *arguments)
{
	bool list = count == 1 && streq(arguments[0], "--list");
	char *const command[] = { REGENERATE_SCRIPT, list ? "--list" : NULL, NULL };
	struct arena *arena;
	int error;

	if (count > 0 && !list) {
		bool help = streq(arguments[0], "--help") || streq(arguments[0], "-h");

		fprintf(help ? stdout : stderr, "usage: vfio-early regenerate [OPTION...]\n"
						"Rebuilds the images of all installed kernels with "
						"the generators that made them.\n"
						"  --list  only print what would run\n");
		return help ? EXIT_DONE : EXIT_MALFORMED;
	}
	arena = arena_create(ARENA_SIZE);
	error = arena ? check_config(arena) : -ENOMEM;
	if (!error && !list)
		host_list_keep_now(arena);
	arena_destroy(arena);
	if (error) {
		text_print(stderr, "vfio-early: " CONFIG_PATH ": %s; no image was rebuilt\n",
			   strerror(-error));
		return EXIT_PARTLY;
	}
	if (setenv("PATH", TRUSTED_PATH, 1) == 0)
		execv(REGENERATE_SCRIPT, command);
	text_print(stderr, "vfio-early: " REGENERATE_SCRIPT ": %s; it comes with make install\n",
		   strerror(errno));
	return EXIT_PARTLY;
}

const struct command command_regenerate = {
	.name = "regenerate",
	.arguments = "[--list]",
	.help = "Rebuild all initramfs images; --list only prints how.",
	.run = run_regenerate,
};
