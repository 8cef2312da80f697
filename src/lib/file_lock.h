// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/deadline.h"

/* The lock of root's commands, for every file that they change. Only root can hold it. */
#define FILE_LOCK_DIRECTORY "/run/vfio-early"
#define FILE_LOCK_PATH	    FILE_LOCK_DIRECTORY "/files.lock"

/* Another command works on its file for less than this, unless it is stopped. */
#define FILE_LOCK_MILLISECONDS 30000

/*
 * Keeps two commands from changing files at the same time, or one of them would write
 * over what the other has just written. It is held from reading a file to writing it
 * again, never while images are rebuilt: their hooks run commands that take it.
 * A file that is written without being read (an image, what embed writes) needs none:
 * file_replace.h puts it in its place in one step.
 */
struct file_lock {
	int fd; /* -1 where it is not held, or there is none to be had */
	bool directory;
	char holder[96]; /* after -EBUSY: who holds it */
};

/*
 * Takes the lock for changing the file at path, and waits for it until the deadline: for
 * root FILE_LOCK_PATH, which it makes; for others, and where that cannot be made, the
 * directory of path (flock(2)). Does nothing where neither can be locked. Returns 0,
 * or -EBUSY with lock->holder filled in. Children do not inherit FILE_LOCK_PATH.
 */
int file_lock_take(struct file_lock *lock, const char *path, const struct deadline *deadline);

/*
 * The same, with FILE_LOCK_MILLISECONDS, and says on standard error who holds it, what
 * command was to do its work at path, and what to do next.
 */
int file_lock_take_or_say(struct file_lock *lock, const char *path, const char *command);

/* The same for one lock: a file that is made for it, or with a '/' at its end, a directory. */
int file_lock_take_at(struct file_lock *lock, const char *place, const struct deadline *deadline);

/* Lets go of it, if it is held. */
void file_lock_release(struct file_lock *lock);
