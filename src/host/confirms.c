// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/confirms.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/grub_record.h"
#include "lib/util.h"
#include "settings/settings.h"

/* Stores the target of a link below root, as it is written. Returns false if there is none. */
static bool read_link(const char *root, const char *path, char target[PATH_MAX])
{
	char full[PATH_MAX];
	ssize_t length;

	snprintf(full, sizeof(full), "%s%s", root, path);
	length = readlink(full, target, PATH_MAX - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	return true;
}

/* The link may lead elsewhere outside of root, so it is not followed. */
static bool is_there(const char *root, const char *path)
{
	char full[PATH_MAX];
	struct stat status;

	snprintf(full, sizeof(full), "%s%s", root, path);
	return lstat(full, &status) == 0;
}

static bool is_systemd(const char *root)
{
	static const char *const programs[] = { "/sbin/init", "/usr/sbin/init" };
	char target[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (read_link(root, programs[i], target) && strstr(target, "systemd"))
			return true;
	return false;
}

bool host_confirms_trials(const char *root)
{
	/* By the package, or by hand; systemd(1), unit file load path. */
	static const char *const wants[] = {
		"/usr/lib/systemd/system/sysinit.target.wants/" HOST_CONFIRM_UNIT,
		"/lib/systemd/system/sysinit.target.wants/" HOST_CONFIRM_UNIT,
		"/usr/local/lib/systemd/system/sysinit.target.wants/" HOST_CONFIRM_UNIT,
		"/etc/systemd/system/sysinit.target.wants/" HOST_CONFIRM_UNIT,
	};
	char target[PATH_MAX];

	if (!is_systemd(root) ||
	    (read_link(root, "/etc/systemd/system/" HOST_CONFIRM_UNIT, target) &&
	     streq(target, "/dev/null")))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(wants); i++)
		if (is_there(root, wants[i]))
			return true;
	return false;
}

const char *host_explain_no_trial(const struct settings *settings, const char *root)
{
	bool written = settings->origins[SETTING_TRIAL].source != NULL;
	struct grub_record record;

	if (written && !settings->trial)
		return "trial = off";
	/* Where GRUB's record is damaged a new configuration is not even tried. */
	if (!is_there(root, "/sys/firmware/efi") &&
	    grub_record_read(&record, settings->arena, root) == -ENODEV)
		return "this machine has no EFI variables";
	if (!written && !host_confirms_trials(root))
		return "no " HOST_CONFIRM_UNIT " of systemd confirms trials here";
	return NULL;
}
