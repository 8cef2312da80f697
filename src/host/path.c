// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI functions on paths of sysfs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/search.h"
#include "machine/device.h"
#include "settings/selector.h"

/* Bridge classes, from include/linux/pci_ids.h. */
#define CLASS_PCI_BRIDGE      0x0604
#define CLASS_CARDBUS	      0x0607
#define CLASS_SEMITRANSPARENT 0x0609

/*
 * Reads a hexadecimal attribute ("0x144d") of the first length bytes of a path. Returns
 * -1 if there is none.
 */
static long read_number(const struct host_search *search, const char *path, size_t length,
			const char *attribute)
{
	char name[SYSFS_PATH_SIZE + 32], text[16];

	snprintf(name, sizeof(name), "%.*s/%s", (int)length, path, attribute);
	if (sysfs_read(&search->sysfs, name, text, sizeof(text)) <= 0)
		return -1;
	return strtol(text, NULL, 16);
}

/* Reads an id of 16 bits. Returns -1 for anything else. */
static long read_id(const struct host_search *search, const char *path, size_t length,
		    const char *attribute)
{
	long id = read_number(search, path, length, attribute);

	return id <= UINT16_MAX ? id : -1;
}

static const char *identity(struct host_search *search, const char *path, size_t length)
{
	long vendor = read_id(search, path, length, "vendor");
	long device = read_id(search, path, length, "device");
	long subsystem_vendor = read_id(search, path, length, "subsystem_vendor");
	long subsystem_device = read_id(search, path, length, "subsystem_device");

	if (vendor < 0 || device < 0)
		return "";
	if (subsystem_vendor < 0 || subsystem_device < 0)
		return search_print(search, "@%04lx:%04lx", vendor, device);
	return search_print(search, "@%04lx:%04lx:%04lx:%04lx", vendor, device, subsystem_vendor,
			    subsystem_device);
}

/* Returns the first step of a path; domain 0 is left out. */
static const char *first_step(struct host_search *search, const struct pci_address *address)
{
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(address, text);
	return search_print(search, "%s", address->domain ? text : text + sizeof("0000:") - 1);
}

/*
 * Returns whether a bridge leads only to PCI buses or CardBus: no vfio driver binds to
 * it. A bridge to ISA may have the keyboard's port and a watchdog behind it.
 */
static bool carries_buses(long class)
{
	static const long classes[] = { PCI_CLASS_HOST_BRIDGE, CLASS_PCI_BRIDGE, CLASS_CARDBUS,
					CLASS_SEMITRANSPARENT };

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (class >> 8 == classes[i])
			return true;
	return false;
}

/* Context of a callback of sysfs_list(). */
struct path_visit {
	struct host_search *search;
	const char *path;
	const char *part;
};

static bool add_path(struct host_search *search, const char *path, const char *part, bool beside);

/* Matches "supplier:pci:0000:00:0d.2" (drivers/base/core.c, device_link_add()). */
static int visit_supplier(void *context, const char *name)
{
	static const char prefix[] = "supplier:pci:";
	struct path_visit *visit = context;
	struct host_search *search = visit->search;
	const char *path;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	path = path_read_link(
		search, search_print(search, "bus/pci/devices/%s", name + sizeof(prefix) - 1));
	if (path)
		add_path(search, path, visit->part, false);
	return 0;
}

/*
 * Adds whatever the function at the first length bytes of a path depends on: a virtual
 * function's physical one, which is its sibling (drivers/pci/iov.c,
 * pci_iov_add_virtfn()), and the suppliers of its device links, such as the USB4
 * controller that tunnels to a port.
 */
static void add_beside(struct host_search *search, const char *path, size_t length,
		       const char *part)
{
	const char *function = search_print(search, "%.*s", (int)length, path);
	const char *physical = path_read_link(search, search_print(search, "%s/physfn", function));
	const char *slash = strrchr(function, '/');
	struct path_visit visit = { .search = search, .part = part };

	if (physical && slash)
		add_path(search,
			 search_print(search, "%.*s/%s", (int)(slash - function), function,
				      physical),
			 part, false);
	sysfs_list(&search->sysfs, function, visit_supplier, &visit);
}

/*
 * Adds the functions on a path and, with beside, those that they depend on. Returns false
 * if the path has none.
 */
static bool add_path(struct host_search *search, const char *path, const char *part, bool beside)
{
	const char *place = NULL; /* path form of the function above, if the bus is its own */
	unsigned int hops = 0;
	bool found = false;

	for (const char *name = path; *name;) {
		size_t length = strcspn(name, "/"), end = (size_t)(name - path) + length;
		struct pci_address address;

		if (pci_address_parse(name, length, &address)) {
			place = NULL;
		} else {
			/* Behind more bridges than a selector can have, its own address must do. */
			hops = place ? hops + 1 : 0;
			place = place && hops <= SELECTOR_HOPS_MAX
					? search_print(search, "%s/%02x.%x", place, address.device,
						       address.function)
					: first_step(search, &address);
			if (!carries_buses(read_number(search, path, end, "class"))) {
				search_add_device(search,
						  search_print(search, "%s%s", place,
							       identity(search, path, end)),
						  part);
				found = true;
			}
			if (beside)
				add_beside(search, path, end, part);
		}
		name += length + (name[length] == '/');
	}
	return found;
}

/* Returns the length of a path without its last name. */
static size_t above(const char *path, size_t length)
{
	while (length && path[--length] != '/')
		;
	return length;
}

/*
 * Finds Thunderbolt 3 controllers. One is behind a port of the switch whose other ports
 * lead to the plugged devices, so the upstream port is on both paths. Its firmware makes
 * the tunnels, so no device link tells.
 */
static int visit_thunderbolt(void *context, const char *name)
{
	struct path_visit *visit = context;
	struct host_search *search = visit->search;
	struct pci_address address;
	const char *controller = path_read_link(
		search, search_print(search, "bus/pci/drivers/thunderbolt/%s", name));
	size_t upstream, start;

	if (!controller || pci_address_parse(name, strlen(name), &address))
		return 0;
	upstream = above(controller, above(controller, strlen(controller)));
	start = above(controller, upstream) + 1;
	if (upstream > start &&
	    pci_address_parse(controller + start, upstream - start, &address) == 0 &&
	    strncmp(controller, visit->path, upstream + 1) == 0)
		add_path(search, controller, visit->part, false);
	return 0;
}

bool path_add(struct host_search *search, const char *path, const char *part)
{
	struct path_visit visit = { .search = search, .path = path, .part = part };
	bool found = add_path(search, path, part, true);

	if (found)
		sysfs_list(&search->sysfs, "bus/pci/drivers/thunderbolt", visit_thunderbolt,
			   &visit);
	return found;
}

size_t path_find_function(const char *path)
{
	struct pci_address address;
	size_t found = 0;

	for (const char *name = path; *name;) {
		size_t length = strcspn(name, "/");

		if (pci_address_parse(name, length, &address) == 0)
			found = (size_t)(name - path) + length;
		name += length + (name[length] == '/');
	}
	return found;
}

const char *path_read_link(struct host_search *search, const char *link)
{
	char target[SYSFS_PATH_SIZE];
	const char *path = target;

	if (sysfs_read_link(&search->sysfs, link, target, sizeof(target)) <= 0)
		return NULL;
	while (strncmp(path, "../", 3) == 0)
		path += 3;
	return search_print(search, "%s", path);
}
