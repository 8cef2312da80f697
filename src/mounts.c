// SPDX-License-Identifier: GPL-2.0-or-later
#include "mounts.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

static void mount_missing(const char *type, const char *target, const char *witness)
{
	if (access(witness, F_OK) == 0)
		return;
	mkdir(target, 0755);
	if (mount(type, target, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 && errno != EBUSY)
		log_line(LOG_LEVEL_ERROR, "could not mount %s: %s", target, strerror(errno));
}

void mounts_prepare(void)
{
	mount_missing("proc", "/proc", "/proc/cmdline");
	mount_missing("sysfs", "/sys", "/sys/bus");
}
