// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "boot/boot.h"
#include "boot/early_mounts.h"
#include "lib/command.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"

static int run_boot(int count, char *const *arguments)
{
	struct boot_paths paths = {
		.config = CONFIG_PATH,
		.host = HOST_CONFIG_PATH,
		.report = REPORT_DIRECTORY,
	};

	if (count == 1 && streq(arguments[0], "--help")) {
		fputs("usage: vfio-early boot [OPTION...]\n"
		      "Takes the listed devices, as it is done at boot.\n"
		      "  --dry-run  decide and say so here: touch no device, write no report\n",
		      stdout);
		return EXIT_DONE;
	}
	for (int i = 0; i < count; i++) {
		if (!streq(arguments[i], "--dry-run")) {
			text_print(stderr, "vfio-early: boot takes only --dry-run, not '%s'\n",
				   arguments[i]);
			return EXIT_MALFORMED;
		}
		paths.dry_run = true;
	}
	/* Whoever asks what would happen is there to read it, and may be no root. */
	if (paths.dry_run)
		return boot(&paths, NULL);
	log_set_target(LOG_TO_KERNEL);
	early_mounts_prepare();
	return boot(&paths, NULL);
}

const struct command command_boot = {
	.name = "boot",
	.arguments = "[--dry-run]",
	.help = "Take the listed devices; this is what runs in images.",
	.run = run_boot,
};
