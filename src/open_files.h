// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "arena.h"

/* A file that a process has open. */
struct open_file {
	const char *pid;  /* as text */
	const char *path; /* where the link in /proc/PID/fd leads (proc(5)); need not exist */
};

/*
 * Calls function with each file in /dev that a process has open, until it gives
 * other than 0. Only links are read, so that nothing is touched that may hang. proc is the path of
 * /proc: its processes are those that are seen from here, and of those that are
 * not the caller's own only root sees the files. Gives what function gave, 0 at
 * the end, or -errno when proc cannot be listed.
 */
int open_files_list(const char *proc, int (*function)(void *context, const struct open_file *file),
		    void *context);

/* Gives "qemu-system-x86 (pid 812)"; the arena's. NULL when memory is short. */
const char *open_file_owner(struct arena *arena, const char *proc, const char *pid);
