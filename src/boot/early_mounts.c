// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/early_mounts.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/util.h"

static const struct place {
	const char *type;
	const char *target;
	const char *witness; /* exists if it is mounted */
	unsigned long flags;
} places[] = {
	{ "proc", "/proc", "/proc/cmdline", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "sysfs", "/sys", "/sys/bus", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	/* None: an image may bring nodes of its own. */
	{ "devtmpfs", "/dev", NULL, MS_NOSUID | MS_NOEXEC },
};

static int mount_place(const struct place *place)
{
	if (mount(place->type, place->target, place->type, place->flags, NULL) == 0)
		return 0;
	/* It is mounted already. */
	if (errno != EBUSY)
		log_line(LOG_LEVEL_ERROR, "could not mount %s: %s", place->target, strerror(errno));
	return -errno;
}

void early_mounts_prepare(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (!places[i].witness || access(places[i].witness, F_OK) == 0)
			continue;
		mkdir(places[i].target, 0755);
		mount_place(&places[i]);
	}
}

/* Returns whether the directory is on another file system than "/". */
static bool is_mounted(const struct place *place)
{
	struct stat root, target;

	return stat("/", &root) == 0 && stat(place->target, &target) == 0 &&
	       root.st_dev != target.st_dev;
}

void early_mounts_make(struct mounts *mounts)
{
	*mounts = (struct mounts){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (is_mounted(&places[i]))
			continue;
		if (mkdir(places[i].target, 0755) == 0)
			mounts->made |= 1U << i;
		if (mount_place(&places[i]) == 0)
			mounts->mounted |= 1U << i;
	}
}

void early_mounts_undo(const struct mounts *mounts)
{
	for (size_t i = ARRAY_SIZE(places); i-- > 0;) {
		const char *target = places[i].target;

		if (mounts->mounted & 1U << i && umount2(target, MNT_DETACH) < 0)
			log_line(LOG_LEVEL_ERROR, "could not unmount %s: %s", target,
				 strerror(errno));
		if (mounts->made & 1U << i)
			rmdir(target);
	}
}
