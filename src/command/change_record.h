// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

#include "command/changeset.h"

/*
 * What the commands of this host have changed, for undo: a directory for each change, named
 * by its number, which only root may read. It has the file "record" (a line for each fact)
 * and the texts of the files before and after the change ("0.old", "0.new").
 */
#define CHANGE_RECORDS "/var/lib/vfio-early/undo"

/* How many are kept; the oldest go. */
#define CHANGE_RECORDS_KEPT 20

/*
 * Finds the numbers of the records, the newest first, at most size. Returns how many there
 * are, 0 also where the directory is missing, or -errno.
 */
int change_record_list(unsigned int *numbers, size_t size);

/*
 * Keeps a change before it is made, all of it or nothing, and removes the records that are
 * too many. Returns 0 with its number, or -errno.
 */
int change_record_save(const struct changeset *set, unsigned int *number);

/*
 * Reads a record into set, whose arena is set. Returns 0, -EINVAL for one that is not as
 * change_record_save() writes it, or -errno.
 */
int change_record_load(struct changeset *set, unsigned int number);

/* Removes a record. Returns 0 or -errno. */
int change_record_remove(unsigned int number);
