// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/traits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"

#define SLOTS "bus/pci/slots"
#define NODES "devices/system/node"

/* Longer than all of the kernel's reset methods together. */
#define RESET_METHODS_SIZE 256

/* Context of the functions that read traits. */
struct reading {
	const struct sysfs *sysfs;
	struct arena *arena;
	const struct topology *topology;
	struct traits *traits;
	bool has_nodes; /* there is more than one NUMA node */
};

static int compare(const void *a, const void *b)
{
	const struct device *left = a, *right = b;

	return pci_address_compare(&left->address, &right->address);
}

static const struct device *find_device(const struct topology *topology,
					const struct pci_address *address)
{
	struct device key = { .address = *address };

	return bsearch(&key, topology->devices, topology->count, sizeof(key), compare);
}

static struct traits *traits_of(const struct reading *reading, const struct device *device)
{
	return &reading->traits[device - reading->topology->devices];
}

/* Marks all functions of a slot, such as "0000:01:00", as hot-pluggable. */
static void mark_slot(const struct reading *reading, const char *slot)
{
	struct pci_address address;
	const struct device *device;
	char text[PCI_ADDRESS_SIZE];

	for (int function = 0; function < 8; function++) {
		int length = snprintf(text, sizeof(text), "%s.%d", slot, function);

		/*
		 * The address of a slot that is a whole bus has no device number: such slots
		 * are skipped.
		 */
		if (length >= (int)sizeof(text) ||
		    pci_address_parse(text, (size_t)length, &address))
			return;
		device = find_device(reading->topology, &address);
		if (device)
			traits_of(reading, device)->hot_pluggable = true;
	}
}

static int read_slot(void *context, const char *name)
{
	const struct reading *reading = context;
	char path[SYSFS_PATH_SIZE], address[PCI_ADDRESS_SIZE];

	snprintf(path, sizeof(path), SLOTS "/%s/power", name);
	if (!sysfs_exists(reading->sysfs, path))
		return 0;
	snprintf(path, sizeof(path), SLOTS "/%s/address", name);
	if (sysfs_read(reading->sysfs, path, address, sizeof(address)) > 0)
		mark_slot(reading, address);
	return 0;
}

/* Uses whole paths: rarely is more than one attribute read per device. */
static int read_reset(const struct reading *reading, const struct device *device,
		      struct traits *traits)
{
	char path[SYSFS_PATH_SIZE], text[RESET_METHODS_SIZE];
	int length = sysfs_read(reading->sysfs, device_path(device, "/reset_method", path), text,
				sizeof(text));

	traits->reset_methods = "";
	if (length > 0) {
		traits->can_reset = true;
		traits->reset_methods = arena_copy(reading->arena, text, (size_t)length);
		return traits->reset_methods ? 0 : -ENOMEM;
	}
	/* Before 5.15 the kernel says only whether it can be reset. */
	traits->can_reset =
		length < 0 && sysfs_exists(reading->sysfs, device_path(device, "/reset", path));
	if (traits->can_reset)
		traits->reset_methods = NULL;
	return 0;
}

static void read_virtual_functions(const struct reading *reading, const struct device *device,
				   struct traits *traits)
{
	char path[SYSFS_PATH_SIZE], text[PCI_ADDRESS_SIZE];
	struct pci_address address;

	/* With a driver bound, pci_describe() has already looked for SR-IOV. */
	if ((!device->driver || device->has_sriov) &&
	    sysfs_read(reading->sysfs, device_path(device, "/sriov_totalvfs", path), text,
		       sizeof(text)) > 0)
		traits->virtual_functions_max = (unsigned int)strtoul(text, NULL, 10);
	else if (sysfs_read_link_name(reading->sysfs, device_path(device, "/physfn", path), text,
				      sizeof(text)) > 0 &&
		 pci_address_parse(text, strlen(text), &address) == 0)
		traits->physical_function = find_device(reading->topology, &address);
}

/*
 * Devices below an external port, such as Thunderbolt's, are removable (since 5.14;
 * pci_set_removable() in drivers/pci/probe.c). All functions of a slot agree.
 */
static void read_removable(const struct reading *reading, const struct device *device,
			   struct traits *traits)
{
	const struct device *before = device - 1;
	char path[SYSFS_PATH_SIZE], text[16];

	if (device > reading->topology->devices && before->directory && !before->gone &&
	    pci_address_same_slot(&before->address, &device->address))
		traits->hot_pluggable |= traits_of(reading, before)->hot_pluggable;
	else if (sysfs_read(reading->sysfs, device_path(device, "/removable", path), text,
			    sizeof(text)) > 0)
		traits->hot_pluggable |= streq(text, "removable");
}

/* The firmware may not say on which node it is: -1 (numa_node_show() in drivers/pci/pci-sysfs.c).
 */
static void read_node(const struct reading *reading, const struct device *device,
		      struct traits *traits)
{
	char path[SYSFS_PATH_SIZE], text[16];

	if (sysfs_read(reading->sysfs, device_path(device, "/numa_node", path), text,
		       sizeof(text)) <= 0 ||
	    text[0] < '0' || text[0] > '9')
		return;
	traits->on_node = true;
	traits->numa_node = (unsigned int)strtoul(text, NULL, 10);
}

static int read_device(const struct reading *reading, const struct device *device)
{
	struct traits *traits = traits_of(reading, device);

	if (device->gone || !device->directory)
		return 0;
	read_removable(reading, device, traits);
	if (reading->has_nodes)
		read_node(reading, device, traits);
	if (device_is_bridge(device))
		return 0;
	read_virtual_functions(reading, device, traits);
	return read_reset(reading, device, traits);
}

/* A device comes and goes with any bridge above it. No path of sysfs is deeper than the limit. */
static bool is_behind_plug(const struct reading *reading, const struct device *device)
{
	for (size_t depth = 0; device && depth < SYSFS_PATH_SIZE; depth++) {
		if (traits_of(reading, device)->hot_pluggable)
			return true;
		device = device->parent;
	}
	return false;
}

int traits_read(const struct sysfs *sysfs, struct arena *arena, const struct topology *topology,
		struct traits **traits)
{
	struct reading reading = { .sysfs = sysfs, .arena = arena, .topology = topology };
	int error = 0;

	reading.traits = arena_allocate(arena, topology->count + 1, sizeof(struct traits));
	if (!reading.traits)
		return -ENOMEM;
	reading.has_nodes = sysfs_exists(sysfs, NODES "/node1");
	sysfs_list(sysfs, SLOTS, read_slot, &reading);
	for (size_t i = 0; !error && i < topology->count; i++)
		error = read_device(&reading, &topology->devices[i]);
	for (size_t i = 0; !error && i < topology->count; i++)
		reading.traits[i].hot_pluggable = is_behind_plug(&reading, &topology->devices[i]);
	*traits = reading.traits;
	return error;
}
