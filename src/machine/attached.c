// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/attached.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"

#define CONSOLES  "class/tty/console/active"
#define WATCHDOGS "class/watchdog"

struct attached_search {
	const struct sysfs *sysfs;
	struct arena *arena;
	struct device *devices;
	size_t count;
};

static int compare(const void *address, const void *device)
{
	return pci_address_compare(address, &((const struct device *)device)->address);
}

/* Returns the nearest function above a path of sysfs; NULL for none. */
static struct device *find_above(const struct attached_search *search, const char *path)
{
	for (size_t end = strlen(path), start; end > 0; end = start ? start - 1 : 0) {
		struct pci_address address;

		for (start = end; start > 0 && path[start - 1] != '/'; start--)
			;
		if (pci_address_parse(path + start, end - start, &address) == 0)
			return bsearch(&address, search->devices, search->count,
				       sizeof(*search->devices), compare);
	}
	return NULL;
}

/* Returns the function that an entry of a class hangs on; NULL for none. */
static struct device *find_device(const struct attached_search *search, const char *class,
				  const char *name)
{
	char path[SYSFS_PATH_SIZE], target[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", class, name);
	if (sysfs_read_link(search->sysfs, path, target, sizeof(target)) <= 0)
		return NULL;
	return find_above(search, target);
}

static int find_consoles(const struct attached_search *search)
{
	char names[256], *rest = NULL;

	if (sysfs_read(search->sysfs, CONSOLES, names, sizeof(names)) <= 0)
		return 0;
	for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		struct device *device = find_device(search, "class/tty", name);

		if (!device || device->console)
			continue;
		device->console = arena_copy(search->arena, name, strlen(name));
		if (!device->console)
			return -ENOMEM;
	}
	return 0;
}

/* A watchdog, while its functions are looked for. */
struct watchdog {
	const struct attached_search *search;
	const char *name;
};

static int note_watchdog(const struct watchdog *watchdog, struct device *device)
{
	if (!device || device->watchdog)
		return 0;
	device->watchdog =
		arena_copy(watchdog->search->arena, watchdog->name, strlen(watchdog->name));
	return device->watchdog ? 0 : -ENOMEM;
}

static int visit_bound(void *context, const char *name)
{
	const struct watchdog *watchdog = context;

	return note_watchdog(watchdog, find_above(watchdog->search, name));
}

/*
 * Records a watchdog without a device for the devices of the driver with its identity:
 * some drivers do not set the parent of theirs (drivers/watchdog/i6300esb.c,
 * esb_probe()).
 */
static int note_by_driver(const struct watchdog *watchdog)
{
	char path[SYSFS_PATH_SIZE], identity[64];
	int length;

	snprintf(path, sizeof(path), WATCHDOGS "/%s/identity", watchdog->name);
	length = sysfs_read(watchdog->search->sysfs, path, identity, sizeof(identity));
	if (length <= 0 || identity[0] == '.' || strchr(identity, '/'))
		return 0;
	snprintf(path, sizeof(path), "bus/pci/drivers/%s", identity);
	return sysfs_list(watchdog->search->sysfs, path, visit_bound, (void *)watchdog);
}

static int visit_watchdog(void *context, const char *name)
{
	const struct watchdog watchdog = { context, name };
	char path[SYSFS_PATH_SIZE], state[16];
	struct device *device;
	int error;

	snprintf(path, sizeof(path), WATCHDOGS "/%s/state", name);
	if (sysfs_read(watchdog.search->sysfs, path, state, sizeof(state)) <= 0 ||
	    !streq(state, "active"))
		return 0;
	device = find_device(watchdog.search, WATCHDOGS, name);
	error = device ? note_watchdog(&watchdog, device) : note_by_driver(&watchdog);
	return error == -ENOMEM ? error : 0;
}

int attached_find(const struct sysfs *sysfs, struct arena *arena, struct device *devices,
		  size_t count)
{
	struct attached_search search = { sysfs, arena, devices, count };
	int error = find_consoles(&search);

	if (!error && sysfs_list(sysfs, WATCHDOGS, visit_watchdog, &search) == -ENOMEM)
		error = -ENOMEM;
	return error;
}
