// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader.h"

#include <errno.h>
#include <time.h>

/* Needed before a virtual machine can open a group; vfio only asks for it by soft dependency. */
static const char iommu_module[] = "vfio_iommu_type1";

static void *get_ahead(void *argument)
{
	struct loader *loader = argument;

	loader->error = module_open(loader->places, &loader->modules);
	if (!loader->error && loader->driver) {
		module_load_dependencies(loader->modules, loader->driver);
		module_load(loader->modules, iommu_module);
	}
	return NULL;
}

void loader_start(struct loader *loader, const char *driver)
{
	loader->driver = driver;
	loader->started = pthread_create(&loader->thread, NULL, get_ahead, loader) == 0;
	if (!loader->started)
		get_ahead(loader);
}

/* Waits for the thread, but not for ever: a module's init may never return. */
static int wait_for_thread(struct loader *loader)
{
	int64_t left = deadline_left(&loader->deadline);
	struct timespec until;
	int error;

	/* The wait is by the wall clock, which nobody sets this early. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += left / 1000;
	until.tv_nsec += left % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	error = pthread_timedjoin_np(loader->thread, NULL, &until);
	loader->started = error != 0;
	return -error;
}

static int load(void *context, const char *name)
{
	struct loader *loader = context;
	int error = loader->started ? wait_for_thread(loader) : 0;

	if (!error)
		error = loader->error;
	return error ? error : module_load(loader->modules, name);
}

struct module_loader loader_interface(struct loader *loader)
{
	return (struct module_loader){ .context = loader, .load = load };
}
