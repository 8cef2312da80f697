// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "lib/deadline.h"
#include "machine/module.h"

/* One thread of a loader. It has libkmod for itself, which threads must not share. */
struct loader_thread {
	pthread_t thread;
	bool running;
	struct module_context *modules;
	int error; /* of opening them */
};

/*
 * Loads modules, and gets ahead with it while the devices are still being
 * looked at: one thread loads what the driver stands on, the other the module
 * of the IOMMU, which is as much work again, and what both stand on.
 */
struct loader {
	const struct module_places *places; /* to be set before the start; NULL for the usual */
	struct loader_thread driver;
	struct loader_thread iommu;
	sem_t shared_loaded;
	const char *name;	  /* the driver's; NULL when nothing is loaded in advance */
	struct deadline deadline; /* for what is loaded in advance to be done */
};

/*
 * Starts the threads. driver may be NULL, and must outlive the loader; then
 * nothing is loaded in advance. Where no thread can be had, everything is
 * loaded when it is asked for.
 */
void loader_start(struct loader *loader, const char *driver);

/*
 * Returns the modules that the driver's thread has opened, once both threads are done, or opens
 * them. They stay the loader's. Returns 0 or -errno, -ETIMEDOUT as below.
 */
int loader_modules(struct loader *loader, struct module_context **modules);

/*
 * Returns the loader for execution. Its answers are those of module_load(), or
 * -ETIMEDOUT when the deadline passes before a thread is done.
 */
struct module_loader loader_interface(struct loader *loader);
