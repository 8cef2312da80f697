// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * Mounts /proc and /sys where they are missing, so that nothing need be
 * prepared for this program. What it mounted stays, for whoever comes next
 * would mount it anyway and takes EBUSY for an answer.
 */
void early_mounts_prepare(void);

/* What early_mounts_make() changed: a bit for each place. */
struct mounts {
	unsigned int made;    /* directories */
	unsigned int mounted; /* file systems */
};

/*
 * Mounts proc, sysfs and devtmpfs where nothing is mounted yet at /proc, /sys
 * and /dev, for the first process of all. What fails is logged. To be taken
 * back by early_mounts_undo().
 */
void early_mounts_make(struct mounts *mounts);

/*
 * Unmounts what was mounted, even where it is in use (MNT_DETACH in umount(2)),
 * and removes what was made.
 */
void early_mounts_undo(const struct mounts *mounts);
