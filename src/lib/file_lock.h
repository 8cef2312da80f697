// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/deadline.h"

/* The lock that root's commands take before they change a file. Only root can hold it. */
#define FILE_LOCK_DIRECTORY "/run/vfio-early"
#define FILE_LOCK_PATH	    FILE_LOCK_DIRECTORY "/files.lock"

/* How long a command waits. A running command holds the lock for less, unless it is stopped. */
#define FILE_LOCK_MILLISECONDS 30000

/*
 * Keeps two commands from changing files at the same time, where the second would
 * overwrite what the first has just written. A command holds it from reading a file to
 * writing it, never while images are rebuilt: the hooks run commands that take it. A file
 * that is written without being read (an image, the output of embed) needs no lock:
 * file_replace.h replaces it in one step.
 */
struct file_lock {
	int fd; /* -1 if not held, or if nothing could be locked */
	bool directory;
	char holder[96]; /* after -EBUSY: the process that holds it */
};

/*
 * Takes the lock for changing the file at path and waits for it until the deadline. Root
 * locks FILE_LOCK_PATH, which is created. Other users lock the directory of path
 * (flock(2)), and so does root where FILE_LOCK_PATH cannot be created. Goes on without a
 * lock if neither can be locked. Returns 0, or -EBUSY with lock->holder filled in. A
 * forked child does not hold FILE_LOCK_PATH (fcntl(2)). The caller calls
 * file_lock_release().
 */
int file_lock_take(struct file_lock *lock, const char *path, const struct deadline *deadline);

/*
 * Like file_lock_take(), with FILE_LOCK_MILLISECONDS. On -EBUSY it also says on standard
 * error which process holds the lock, that command did not change path, and what to do
 * next.
 */
int file_lock_take_or_say(struct file_lock *lock, const char *path, const char *command);

/*
 * Like file_lock_take() for one given lock: a file, which is created, or a directory if
 * place ends in '/'. Also returns the -errno of opening it.
 */
int file_lock_take_at(struct file_lock *lock, const char *place, const struct deadline *deadline);

/* Releases the lock, if held. */
void file_lock_release(struct file_lock *lock);
