// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "deadline.h"
#include "module.h"

/*
 * Loads modules, and gets ahead with it: a thread reads libkmod's
 * configuration and loads what the driver stands on while the devices are
 * still being looked at.
 */
struct loader {
	pthread_t thread;
	bool started;
	const struct module_places *places; /* to be set before the start; NULL for the usual */
	struct module_context *modules;
	int error;		  /* of opening them */
	const char *driver;	  /* whose dependencies are loaded in advance; NULL for none */
	struct deadline deadline; /* for what is loaded in advance to be done */
};

/*
 * Starts the thread. driver may be NULL, and must outlive the loader. Where no
 * thread can be had, everything is loaded when it is asked for.
 */
void loader_start(struct loader *loader, const char *driver);

/*
 * Gives the loader for execution. Its answers are those of module_load(), or
 * -ETIMEDOUT when the deadline passes before the thread is done.
 */
struct module_loader loader_interface(struct loader *loader);
