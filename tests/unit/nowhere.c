// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands in for what run.c reaches the machine by, in tests that only want to
 * know from it what a run says of itself.
 */
#include <errno.h>

#include "boot/execute.h"
#include "boot/give_back.h"
#include "boot/hotplug.h"
#include "boot/lock.h"
#include "boot/module_loader.h"
#include "machine/pci.h"
#include "plan/survey.h"
#include "unit.h"

void loader_start(struct loader *loader, const char *driver)
{
	(void)loader, (void)driver;
	fail_msg("a loader was started");
}

struct module_loader loader_interface(struct loader *loader)
{
	(void)loader;
	return (struct module_loader){ 0 };
}

int module_open(const struct module_places *places, struct module_context **result)
{
	(void)places, (void)result;
	fail_msg("modules were looked for");
	return 0;
}

void module_close(struct module_context *context)
{
	(void)context;
}

int pci_open(const struct sysfs *sysfs, struct pci_source **result)
{
	(void)sysfs, (void)result;
	fail_msg("devices were looked for");
	return 0;
}

void pci_close(struct pci_source *source)
{
	(void)source;
}

int survey(struct topology *topology, struct arena *arena, const struct settings *settings,
	   struct pci_source *source, const struct sysfs *sysfs, struct module_context *modules)
{
	(void)topology, (void)arena, (void)settings, (void)source, (void)sysfs, (void)modules;
	fail_msg("devices were read");
	return 0;
}

const struct selector *survey_find_missing(const struct topology *topology,
					   const struct settings *settings, bool with_group)
{
	(void)topology, (void)settings, (void)with_group;
	return NULL;
}

int hotplug_listen(void)
{
	return -1;
}

void hotplug_wait(int fd, const struct deadline *deadline)
{
	(void)fd, (void)deadline;
}

void hotplug_settle(int fd)
{
	(void)fd;
}

void execute(struct plan *plan, const struct execution *execution)
{
	(void)plan, (void)execution;
	fail_msg("a plan was carried out");
}

void give_back_leftovers(struct plan *plan, const struct execution *execution)
{
	(void)plan, (void)execution;
}

int loader_modules(struct loader *loader, struct module_context **modules)
{
	(void)loader, (void)modules;
	return -ENOENT;
}

int module_find_values(struct module_context *context, const char *module, const char *parameter,
		       char **values)
{
	(void)context, (void)module, (void)parameter, (void)values;
	return -ENOENT;
}

int survey_claimed(struct topology *topology, struct arena *arena, const struct settings *settings,
		   struct pci_source *source)
{
	(void)topology, (void)arena, (void)settings, (void)source;
	return 0;
}

void execute_read_back(struct plan *plan, const struct sysfs *sysfs)
{
	(void)plan, (void)sysfs;
	fail_msg("the devices were read back");
}

void execute_undo_unfinished(struct plan *plan, const struct execution *execution,
			     enum worker_end end)
{
	(void)plan, (void)execution, (void)end;
}

int lock_take(const char *path, const struct deadline *deadline, int *fd, pid_t *holder)
{
	(void)path, (void)deadline, (void)fd, (void)holder;
	fail_msg("devices were to be changed");
	return -EIO;
}

const char *pci_device_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size)
{
	(void)source, (void)ids, (void)id, (void)buffer, (void)size;
	return NULL;
}
