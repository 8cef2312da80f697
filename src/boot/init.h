// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

/*
 * The kernel's first process, with rdinit=/vfio-early: runs boot in a child, then
 * executes the /init that would have run without us, with the same arguments, environment
 * and open files, and with the same mounts.
 */

/*
 * Returns whether rdinit= started this process: it is the first one, its root is still
 * the kernel's own (Documentation/filesystems/ramfs-rootfs-initramfs.rst), which no
 * container has, and its program is INIT_PATH or its first argument no command. The
 * kernel passes on words of its command line that it does not know, so under INIT_PATH an
 * argument may look like a command of ours. is_command: the first argument is one.
 */
bool init_is_wanted(const char *program, bool is_command);

/*
 * Acts as the first process. Returns only if no /init can be executed; the exit_code then
 * makes the kernel panic, as without us.
 */
int init_run(char **arguments);

/* How a watched child ended. */
enum init_end {
	INIT_ENDED,   /* by itself */
	INIT_KILLED,  /* by a signal */
	INIT_OVERRUN, /* killed at its deadline */
};

/*
 * Calls function in a child and waits for it. The child may take spare_milliseconds and
 * whatever it stores in *allowed at any time. It has a process group of its own, which is
 * killed in the end. Reaps every dead child of this process, inherited ones included.
 * Returns an init_end, or the -errno of starting it.
 */
int init_watch(int (*function)(volatile int *allowed), int spare_milliseconds);
