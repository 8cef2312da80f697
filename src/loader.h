// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "deadline.h"
#include "module.h"

/*
 * A process that loads modules for another. It reads libkmod's configuration,
 * and loads what the driver stands on, while the other still looks at devices;
 * and a module whose init never returns holds up only itself.
 */
struct loader {
	pid_t process;
	int socket;
	struct deadline deadline; /* for each answer; set by who asks */
};

/*
 * Starts it. driver is the one whose dependencies are loaded in advance; NULL
 * for none. Gives 0 or -errno.
 */
int loader_start(struct loader *loader, const char *driver);

/* Ends it, or leaves it behind when the kernel does not let it go. */
void loader_stop(struct loader *loader);

/*
 * Gives the loader that asks the process, for execution. Its answers are those
 * of module_load(), or -ETIMEDOUT when the deadline passes, or -EIO when the
 * process is no more.
 */
struct module_loader loader_interface(struct loader *loader);
