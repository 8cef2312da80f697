// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

struct arena;

/*
 * GRUB's record of trials, on a machine without EFI variables: in its environment block
 * (grub-editenv(1)), which hook/grub-trial reads and writes before a kernel is started.
 */
struct grub_record {
	const char *path;  /* of the environment block */
	const char *state; /* "armed": the next boot may be a trial; "running": one began; "idle" */
	const char *known; /* fingerprints of configurations that have come up, newest first */
};

/*
 * Reads the record below root, which is "" for this machine. Its texts are in the arena. Returns
 * 0 or -errno; -ENODEV if this machine has EFI variables, or GRUB's menu records no trials,
 * -EBADMSG if the environment block is damaged.
 */
int grub_record_read(struct grub_record *record, struct arena *arena, const char *root);

/*
 * Adds a configuration in front of those that have come up; the oldest goes. Returns 0 or
 * -ENOMEM.
 */
int grub_record_add(struct grub_record *record, struct arena *arena, const char *configuration);

/* Writes state and known by grub-editenv(1), onto the disk. Returns 0 or -errno. */
int grub_record_write(const struct grub_record *record, struct arena *arena);

/*
 * Lets the next boot be a trial if its configuration has not come up before. A configuration
 * that was tried already is tried again only if again is set. Returns whether the record was
 * changed, or -errno as of the functions above.
 */
int grub_record_arm(struct arena *arena, const char *root, bool again);
