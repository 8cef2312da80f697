// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/check.h"
#include "host/confirms.h"

void check_trial(struct check *check)
{
	const struct settings *settings = &check->run->settings;
	const char *reason = host_explain_no_trial(settings, check->root.path);

	if (!settings->devs.count || !settings->in_boot || !reason)
		return;
	check_say(
		check, CHECK_NOTE, "trial-off", NULL,
		"a configuration that does not come up is taken at the next boot too (%s): if that "
		"happens, start one with vfio_early=off",
		reason);
}
