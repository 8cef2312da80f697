// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "boot/boot.h"
#include "boot/early_mounts.h"
#include "lib/command.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "lib/text.h"

static int run_boot(int count, char *const *arguments)
{
	static const struct boot_paths paths = {
		.config = CONFIG_PATH,
		.host = HOST_CONFIG_PATH,
		.report = REPORT_DIRECTORY,
	};

	if (count > 0) {
		text_print(stderr, "vfio-early: boot takes no arguments, not even '%s'\n",
			   arguments[0]);
		return EXIT_MALFORMED;
	}
	log_set_target(LOG_TO_KERNEL);
	early_mounts_prepare();
	return boot(&paths, NULL);
}

const struct command command_boot = {
	.name = "boot",
	.arguments = "",
	.help = "Take the listed devices now, as early in the boot as this is run.",
	.run = run_boot,
};
