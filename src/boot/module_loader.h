// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "lib/deadline.h"
#include "machine/module.h"

/* The processes that load modules in advance. */
enum module_loader_process {
	MODULE_LOADER_IOMMU,
	MODULE_LOADER_DRIVER,
	MODULE_LOADER_PROCESSES,
};

/*
 * Loads modules in advance, while devices are still being read: one process loads the
 * driver's dependencies, the other the module of the IOMMU, which takes as long. They are
 * processes and not threads because a module is the kernel's, whoever loads it, and because one
 * that is stuck in a module's init does not keep its parent from ending.
 */
struct module_loaders {
	const struct module_places *places; /* set before the start; NULL for the usual places */
	struct deadline deadline;	    /* for loading in advance */
	struct module_context *modules;	    /* NULL until opened */
	pid_t pids[MODULE_LOADER_PROCESSES];
	bool started;
	int running; /* a pipe that ends with the last process */
};

/*
 * Starts the processes. NULL as driver starts none. Without them, modules are loaded when asked
 * for. They close the descriptor not_theirs: a stuck process would hold it open.
 */
void module_loader_start(struct module_loaders *loaders, const char *driver, int not_theirs);

/* Stores the modules, which the loaders own. Returns 0 or -errno. */
int module_loader_modules(struct module_loaders *loaders, struct module_context **modules);

/*
 * Returns the module_loader for execution. Its load function returns what module_load()
 * does, or -ETIMEDOUT if a process is not done by the deadline.
 */
struct module_loader module_loader_interface(struct module_loaders *loaders);

/* Kills the processes that still run. One that sleeps in the kernel ends when that lets it go. */
void module_loader_end(struct module_loaders *loaders);
