// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * Mounts /proc and /sys if they are missing. The mounts stay: an init that mounts them
 * again gets EBUSY and goes on. Failures are logged.
 */
void early_mounts_prepare(void);

/* What early_mounts_make() changed, one bit for each place. */
struct mounts {
	unsigned int made;    /* directories */
	unsigned int mounted; /* file systems */
};

/*
 * Mounts proc, sysfs and devtmpfs at /proc, /sys and /dev unless something is mounted
 * there, for the kernel's first process. Logs failures. The caller calls
 * early_mounts_undo().
 */
void early_mounts_make(struct mounts *mounts);

/*
 * Unmounts what early_mounts_make() mounted, even if in use (MNT_DETACH, umount(2)), and
 * removes the directories that it made.
 */
void early_mounts_undo(const struct mounts *mounts);
