// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

/*
 * The part of the kernel's first process, with rdinit=/vfio-early: does what
 * boot does in a child, then becomes the /init that would have been started
 * without us, with the same arguments, environment and open files, and nothing
 * mounted that was not before.
 */

/*
 * Whether this process is what rdinit= started: the first one, in a root that
 * is still the kernel's own (Documentation/filesystems/ramfs-rootfs-initramfs.rst),
 * which no container has. The words of a kernel's command line that it does not
 * know become arguments, so that one may read like a command of ours; as
 * INIT_PATH we have none. is_command says whether the first argument is one.
 */
bool init_is_wanted(const char *program, bool is_command);

/*
 * Plays that part. Does not return but when no /init can be executed, and
 * gives an exit_code then: the kernel panics, as it would have without us.
 */
int init_run(char **arguments);

/* How what was watched over ended. */
enum init_end {
	INIT_ENDED,   /* by itself */
	INIT_KILLED,  /* by a signal */
	INIT_OVERRUN, /* it took too long, and was killed */
};

/*
 * Calls function in a child, with a place where it may say how many
 * milliseconds it is allowed on top of spare_milliseconds, and waits for its
 * end as long. It gets a process group of its own; what is left of that is
 * killed in the end. Every dead child of this process is reaped, those it
 * inherited included. Returns an init_end, or the -errno of starting it.
 */
int init_watch(int (*function)(volatile int *allowed), int spare_milliseconds);
