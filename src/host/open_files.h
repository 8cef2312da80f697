// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "lib/arena.h"
#include "lib/node.h"

/* A device that a process has open or mapped. */
struct open_file {
	pid_t pid;
	struct node node;
};

struct open_files {
	struct open_file *items; /* grouped by process, each node once */
	size_t count;
	pid_t unread; /* the process at which an error occurred; 0 for none */
};

/*
 * Lists the block and character nodes that processes have open (/proc/PID/fd, or
 * /proc/PID/task/TID/fd for threads with files of their own) or mapped (map_files); see
 * proc(5). A node counts by its device number, not its name, so nodes in other mount
 * namespaces and chroots count, and a plain file named like a node does not.
 *
 * proc is the path of /proc, whose processes are listed; only root sees everyone's files.
 * A child does the reading, within a few seconds.
 *
 * Returns 0, or -errno with a part of the list in items and the process in unread:
 * -ETIMEDOUT if a process's files do not answer, -EACCES if they may not be read,
 * -EOVERFLOW for too many nodes, or another error of listing files. A process that ends
 * meanwhile is no error. The caller calls open_files_free() in any case.
 */
int open_files_list(struct open_files *files, const char *proc);

void open_files_free(struct open_files *files);

/* Returns "qemu-system-x86 (pid 812)", owned by the arena; NULL when memory runs out. */
const char *open_file_owner(struct arena *arena, const char *proc, pid_t pid);

/*
 * Returns the name of the virtual machine that a process of QEMU runs: the NAME in "-name
 * NAME" or "-name guest=NAME,..." on its command line (qemu(1)). NULL for none; the arena
 * owns it.
 */
const char *open_file_machine(struct arena *arena, const char *proc, pid_t pid);
