// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/module_loader.h"

#include <errno.h>
#include <time.h>

static void wait_for_shared(void *argument)
{
	sem_t *loaded = argument;

	while (sem_wait(loaded) < 0 && errno == EINTR)
		;
}

static void *load_for_driver(void *argument)
{
	struct module_loader_threads *loader = argument;
	struct module_loader_thread *self = &loader->driver;
	struct module_call wait = { wait_for_shared, &loader->shared_loaded };

	self->error = module_open(loader->places, &self->modules);
	if (!self->error && loader->name)
		module_load_dependencies(self->modules, loader->name, MODULE_IOMMU, &wait);
	return NULL;
}

static void *load_for_iommu(void *argument)
{
	struct module_loader_threads *loader = argument;
	struct module_loader_thread *self = &loader->iommu;

	self->error = module_open(loader->places, &self->modules);
	if (!self->error)
		module_load_dependencies(self->modules, MODULE_IOMMU, NULL, NULL);
	sem_post(&loader->shared_loaded);
	if (!self->error)
		module_load(self->modules, MODULE_IOMMU);
	return NULL;
}

static void start(struct module_loader_threads *loader, struct module_loader_thread *thread,
		  void *(*function)(void *argument))
{
	thread->running = pthread_create(&thread->thread, NULL, function, loader) == 0;
}

void module_loader_start(struct module_loader_threads *loader, const char *driver)
{
	loader->name = driver;
	sem_init(&loader->shared_loaded, 0, 0);
	if (driver)
		start(loader, &loader->iommu, load_for_iommu);
	if (!loader->iommu.running)
		sem_post(&loader->shared_loaded);
	start(loader, &loader->driver, load_for_driver);
}

/* Waits for a thread until the deadline: a module's init may never return. Returns 0 or -errno. */
static int wait_for_thread(struct module_loader_thread *thread, const struct deadline *deadline)
{
	int64_t left = deadline_left(deadline);
	struct timespec until;
	int error;

	if (!thread->running)
		return 0;
	/* pthreads waits by the wall clock, which nobody sets this early. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += left / 1000;
	until.tv_nsec += left % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	error = pthread_timedjoin_np(thread->thread, NULL, &until);
	thread->running = error != 0;
	return -error;
}

int module_loader_modules(struct module_loader_threads *loader, struct module_context **modules)
{
	struct module_loader_thread *thread = &loader->driver;
	int error = wait_for_thread(&loader->driver, &loader->deadline);

	if (!error)
		error = wait_for_thread(&loader->iommu, &loader->deadline);
	if (error)
		return error;
	if (!thread->error && !thread->modules)
		thread->error = module_open(loader->places, &thread->modules);
	*modules = thread->modules;
	return thread->error;
}

static int load(void *context, const char *name)
{
	struct module_context *modules;
	int error = module_loader_modules(context, &modules);

	return error ? error : module_load(modules, name);
}

struct module_loader module_loader_interface(struct module_loader_threads *loader)
{
	return (struct module_loader){ .context = loader, .load = load };
}
