// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "lib/deadline.h"
#include "machine/module.h"

/* A thread that loads modules. It has its own libkmod context, which threads must not share. */
struct module_loader_thread {
	pthread_t thread;
	bool running;
	struct module_context *modules;
	int error; /* of opening modules */
};

/*
 * Loads modules in advance, while devices are still being read: one thread loads the
 * driver's dependencies, the other the module of the IOMMU, which takes as long.
 */
struct module_loader_threads {
	const struct module_places *places; /* set before the start; NULL for the usual places */
	struct module_loader_thread driver;
	struct module_loader_thread iommu;
	sem_t shared_loaded;
	const char *name;	  /* the driver's name; NULL loads nothing in advance */
	struct deadline deadline; /* for loading in advance */
};

/*
 * Starts the threads. driver must outlive the loader; NULL loads nothing in advance. If
 * no thread can be started, modules are loaded when asked for.
 */
void module_loader_start(struct module_loader_threads *loader, const char *driver);

/*
 * Waits for both threads and stores the modules that the driver's thread opened, or opens
 * them. The loader owns them. Returns 0 or -errno; -ETIMEDOUT if a thread is not done by
 * the deadline.
 */
int module_loader_modules(struct module_loader_threads *loader, struct module_context **modules);

/*
 * Returns the module_loader for execution. Its load function returns what module_load()
 * does, or -ETIMEDOUT if a thread is not done by the deadline.
 */
struct module_loader module_loader_interface(struct module_loader_threads *loader);
