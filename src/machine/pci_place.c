// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "machine/pci_source.h"

static int compare_device(const void *address, const void *device)
{
	return pci_address_compare(address, &((const struct device *)device)->address);
}

struct device *pci_find_device(const struct pci_source *source, const struct pci_address *address)
{
	return bsearch(address, source->devices, source->count, sizeof(*source->devices),
		       compare_device);
}

/* Returns where the name that ends at end begins in a path. */
static const char *name_before(const char *path, const char *end)
{
	while (end > path && end[-1] != '/')
		end--;
	return end;
}

/* Returns the function whose name in a path ends at end; NULL if that is no function. */
static struct device *function_before(const struct pci_source *source, const char *path,
				      const char *end)
{
	const char *name = name_before(path, end);
	struct pci_address address;

	if (pci_address_parse(name, (size_t)(end - name), &address))
		return NULL;
	return pci_find_device(source, &address);
}

/*
 * Finds the bridge above a function from its directory in sysfs, and the VMD of its
 * domain: ".../0000:00:0e.0/pci10000:e0/10000:e0:17.0" (drivers/pci/controller/vmd.c,
 * vmd_enable_domain(), makes the root bus a child of the VMD).
 */
static void find_above(const struct pci_source *source, const struct device *device,
		       struct device **parent, const struct device **vmd)
{
	const char *own = device->directory ? strrchr(device->directory, '/') : NULL, *bus;

	*parent = own ? function_before(source, device->directory, own) : NULL;
	*vmd = NULL;
	if (!own || *parent)
		return;
	bus = name_before(device->directory, own);
	if (bus > device->directory && strncmp(bus, "pci", strlen("pci")) == 0)
		*vmd = function_before(source, device->directory, bus - 1);
}

/*
 * Returns the directory of the device before it if that is on the same bus and located.
 * Both have the bus's bridge as parent (drivers/pci/probe.c, pci_setup_device(); for
 * virtual functions drivers/pci/iov.c, pci_iov_add_virtfn()).
 */
static const char *directory_beside(const struct pci_source *source, const struct device *device)
{
	const struct device *before = device - 1;

	if (device == source->devices || before->address.domain != device->address.domain ||
	    before->address.bus != device->address.bus || !before->directory ||
	    !strrchr(before->directory, '/'))
		return NULL;
	return before->directory;
}

/*
 * Reads a device's directory in sysfs, "devices/pci0000:00/0000:00:01.0/0000:01:00.0".
 * Following the bus's link to it on every access would cost the kernel more than the
 * whole path.
 */
static int read_directory(const struct pci_source *source, struct arena *arena,
			  struct device *device)
{
	char path[SYSFS_PATH_SIZE], target[SYSFS_PATH_SIZE], *own;
	const char *directory = target, *beside = directory_beside(source, device);

	if (beside) {
		size_t bus = (size_t)(strrchr(beside, '/') + 1 - beside);

		own = arena_allocate(arena, bus + PCI_ADDRESS_SIZE, 1);
		if (!own)
			return -ENOMEM;
		memcpy(own, beside, bus);
		pci_address_format(&device->address, own + bus);
		device->directory = own;
		return 0;
	}
	device_path(device, "", path);
	if (sysfs_read_link(source->sysfs, path, target, sizeof(target)) <= 0)
		return 0;
	while (strncmp(directory, "../", 3) == 0)
		directory += 3;
	device->directory = arena_copy(arena, directory, strlen(directory));
	return device->directory ? 0 : -ENOMEM;
}

/* Returns the path form of a function, "0000:00:01.0/00.0"; NULL when the arena is full. */
static const char *print_kernel_path(struct arena *arena, const struct pci_address *address,
				     const struct device *parent)
{
	const char *above = parent && parent->kernel_path ? parent->kernel_path : "";
	char text[PCI_ADDRESS_SIZE], *path, *last;
	const char *own = pci_address_format(address, text);
	size_t size = strlen(above) + sizeof("/") + PCI_ADDRESS_SIZE;

	path = arena_allocate(arena, size, 1);
	if (!path)
		return NULL;
	last = path + size - 1;
	if (*above) {
		own = strrchr(own, ':') + 1;
		text_append(text_append(text_append(path, last, above), last, "/"), last, own);
	} else {
		text_append(path, last, own);
	}
	return path;
}

int pci_locate(struct pci_source *source, struct arena *arena, struct device *device)
{
	struct device *parent;
	int error;

	if (device->located)
		return 0;
	/* Set before the parent is located, so that no tree, however odd, loops. */
	device->located = true;
	error = read_directory(source, arena, device);
	if (error)
		return error;
	find_above(source, device, &parent, &device->vmd);
	device->parent = parent;
	error = parent ? pci_locate(source, arena, parent) : 0;
	if (error)
		return error;
	if (parent)
		device->vmd = parent->vmd;
	device->kernel_path = print_kernel_path(arena, &device->address, parent);
	return device->kernel_path ? 0 : -ENOMEM;
}
