// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "host/confirms.h"
#include "host/grub_record.h"

/* GRUB gives a damaged record to no boot, and a boot that does not know it takes nothing new. */
static void check_record(struct check *check)
{
	struct grub_record record;
	const char *path;

	if (grub_record_read(&record, check->arena, check->root.path) != -EBADMSG)
		return;
	path = record.path + strlen(check->root.path);
	check_say(check, CHECK_WARNING, "trial-record",
		  root_print(&check->root, "grub-editenv %s create && vfio-early regenerate", path),
		  "%s, in which GRUB keeps the record of trials, is damaged: boots take nothing "
		  "until it is made anew",
		  path);
}

void check_trial(struct check *check)
{
	const struct settings *settings = &check->run->settings;
	const char *reason = host_explain_no_trial(settings, check->root.path);

	if (!settings->devs.count || !settings->in_boot)
		return;
	if (!reason) {
		check_record(check);
		return;
	}
	check_say(
		check, CHECK_NOTE, "trial-off", NULL,
		"a configuration that does not come up is taken at the next boot too (%s): if that "
		"happens, start one with vfio_early=off",
		reason);
}
