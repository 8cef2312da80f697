// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/module_loader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/log.h"

/* What a process needs. */
struct loading {
	struct module_context *modules; /* a copy of its own, as it is forked */
	const char *driver;
	int shared[2]; /* a pipe that ends when what both need is loaded */
	int not_theirs;
};

static void wait_for_shared(void *argument)
{
	const struct loading *loading = argument;
	char byte;

	while (read(loading->shared[0], &byte, 1) < 0 && errno == EINTR)
		;
}

static void load_for_driver(struct loading *loading)
{
	struct module_call wait = { wait_for_shared, loading };

	module_load_dependencies(loading->modules, loading->driver, MODULE_IOMMU, &wait);
}

static void load_for_iommu(struct loading *loading)
{
	module_load_dependencies(loading->modules, MODULE_IOMMU, NULL, NULL);
	close(loading->shared[1]);
	module_load(loading->modules, MODULE_IOMMU);
}

/* Returns the process that calls the function, or -1. */
static pid_t start(struct loading *loading, void (*load)(struct loading *loading))
{
	pid_t parent = getpid(), child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(loading->not_theirs);
	log_start_anew();
	/* The parent may have ended before prctl(). */
	if (getppid() == parent)
		load(loading);
	_exit(0);
}

void module_loader_start(struct module_loaders *loaders, const char *driver, int not_theirs)
{
	struct loading loading = { .driver = driver, .not_theirs = not_theirs };
	int running[2];

	/* Whoever loads a module needs it opened. So that is done once, before the fork. */
	if (!driver || module_loader_modules(loaders, &loading.modules) ||
	    pipe2(running, O_CLOEXEC) < 0)
		return;
	loaders->started = true;
	loaders->running = running[0];
	if (pipe2(loading.shared, O_CLOEXEC) == 0) {
		loaders->pids[MODULE_LOADER_IOMMU] = start(&loading, load_for_iommu);
		/* The driver's process waits for nobody but the other. */
		close(loading.shared[1]);
		loaders->pids[MODULE_LOADER_DRIVER] = start(&loading, load_for_driver);
		close(loading.shared[0]);
	}
	close(running[1]);
}

int module_loader_modules(struct module_loaders *loaders, struct module_context **modules)
{
	int error = loaders->modules ? 0 : module_open(loaders->places, &loaders->modules);

	*modules = loaders->modules;
	return error;
}

/* Waits for the processes until the deadline: a module's init may never return. */
static int wait_for_processes(struct module_loaders *loaders)
{
	struct pollfd running = { .fd = loaders->running };
	int ready;

	if (!loaders->started)
		return 0;
	/* The pipe's end shows the processes' end, however they died. */
	do
		ready = poll(&running, 1, deadline_left(&loaders->deadline));
	while (ready < 0 && errno == EINTR);
	return ready == 0 ? -ETIMEDOUT : 0;
}

static int load(void *context, const char *name)
{
	struct module_loaders *loaders = context;
	struct module_context *modules;
	int error = module_loader_modules(loaders, &modules);

	if (!error)
		error = wait_for_processes(loaders);
	return error ? error : module_load(modules, name);
}

struct module_loader module_loader_interface(struct module_loaders *loaders)
{
	return (struct module_loader){ .context = loaders, .load = load };
}

void module_loader_end(struct module_loaders *loaders)
{
	for (int i = 0; i < MODULE_LOADER_PROCESSES; i++)
		if (loaders->pids[i] > 0) {
			kill(loaders->pids[i], SIGKILL);
			waitpid(loaders->pids[i], NULL, WNOHANG);
		}
}
