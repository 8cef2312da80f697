// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "lib/arena.h"
#include "lib/node.h"

/* A device that a process has open, or has mapped. */
struct open_file {
	pid_t pid;
	struct node node;
};

struct open_files {
	struct open_file *items; /* those of one process follow each other, each node once */
	size_t count;
	pid_t unread; /* the process at which an error came up; 0 for none */
};

/*
 * Lists the block and character nodes that processes have open (proc(5): /proc/PID/fd,
 * /proc/PID/task/TID/fd for threads with files of their own) or have mapped (map_files). A
 * node is told by its device number, whatever its name is, so those of other mount
 * namespaces and chroots count, and a plain file that is named like a node does not.
 *
 * proc is the path of /proc: its processes are those that are seen from here, and only root
 * sees the files of all. The reading is done by a child, for a few seconds at most.
 *
 * Returns 0, or -errno: then items has only a part, and unread tells where it ended;
 * -ETIMEDOUT for a process whose files do not answer, -EACCES for one that may not be read,
 * -EOVERFLOW for more than there is room for, or whatever else keeps a process's files from
 * being listed, but its end (-ENOENT, -ESRCH). To be freed in any case.
 */
int open_files_list(struct open_files *files, const char *proc);

void open_files_free(struct open_files *files);

/* Returns "qemu-system-x86 (pid 812)"; the arena's. NULL when memory is short. */
const char *open_file_owner(struct arena *arena, const char *proc, pid_t pid);
