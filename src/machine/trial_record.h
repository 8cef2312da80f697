// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Configurations that one machine is started with, by different kernels or profiles. */
#define TRIAL_RECORD_CONFIGURATIONS 4

/*
 * What the machine remembers of its configurations while it is off: which have come up, and
 * which one is being tried. A configuration is known by its fingerprint (boot/trial.c); 0 is
 * none.
 */
struct trial_record {
	bool pending;  /* the first configuration is being tried, and not confirmed yet */
	uint64_t boot; /* the boot that began the trial, as of trial_record_boot() */
	uint64_t configurations[TRIAL_RECORD_CONFIGURATIONS]; /* newest first */
};

/*
 * Opens the place of the record, for the functions below. Returns a descriptor, which the
 * caller closes, or -errno; -ENODEV if this machine has no EFI variables.
 */
int trial_record_open(void);

/*
 * Reads the record; one without configurations if there is none. Returns 0 or -errno; -EBADMSG
 * if it is damaged.
 */
int trial_record_read(int place, struct trial_record *record);

/* Writes the record, and reads it again. Returns 0 or -errno; -EIO if it did not stay. */
int trial_record_write(int place, const struct trial_record *record);

/* Returns whether a configuration has come up before. */
bool trial_record_has(const struct trial_record *record, uint64_t configuration);

/*
 * Adds the trial of a configuration by a boot (trial_record_boot()); it replaces an unconfirmed
 * one, or the oldest.
 */
void trial_record_begin(struct trial_record *record, uint64_t configuration, uint64_t boot);

/* Removes the configuration that is being tried. */
void trial_record_forget(struct trial_record *record);

/*
 * Returns a number for this boot, other than that of any boot before; 0 if the kernel tells none
 * (drivers/char/random.c, boot_id).
 */
uint64_t trial_record_boot(void);

/*
 * Continues the FNV-1a hash of some bytes: Fowler, Noll and Vo's, 64 bits. hash is
 * TRIAL_RECORD_HASH at first.
 */
uint64_t trial_record_hash(uint64_t hash, const void *bytes, size_t size);

#define TRIAL_RECORD_HASH 0xcbf29ce484222325
