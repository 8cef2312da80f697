// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "machine/pci_source.h"

/* How often a bus's directory is used by its whole path before it is opened. */
#define BUS_USES 4

/*
 * Returns the open directory of a device's bus, or -1. Devices of one bus have one parent
 * directory (pci_place.c).
 */
static int find_bus(struct pci_source *source, const struct device *device)
{
	struct bus *bus = &source->bus;
	char path[SYSFS_PATH_SIZE];

	if (!source->sysfs->is_kernels || !device->directory)
		return -1;
	if (bus->domain != device->address.domain || bus->number != device->address.bus) {
		if (bus->fd >= 0)
			close(bus->fd);
		*bus = (struct bus){ .domain = device->address.domain,
				     .number = device->address.bus,
				     .fd = -1 };
	}
	if (++bus->uses == BUS_USES) {
		device_path(device, "/..", path);
		bus->fd = openat(source->sysfs->fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return bus->fd;
}

struct sysfs pci_place_of(struct pci_source *source, const struct device *device,
			  const char *attribute, char path[static SYSFS_PATH_SIZE])
{
	struct sysfs place = *source->sysfs;
	int bus = find_bus(source, device);

	if (bus < 0) {
		device_path(device, attribute, path);
		return place;
	}
	place.fd = bus;
	pci_address_format(&device->address, path);
	text_append(path + strlen(path), path + SYSFS_PATH_SIZE - 1, attribute);
	return place;
}

int pci_read_attribute(struct pci_source *source, const struct device *device,
		       const char *attribute, char *text, size_t size)
{
	char path[SYSFS_PATH_SIZE];
	const struct sysfs place = pci_place_of(source, device, attribute, path);

	return sysfs_read(&place, path, text, size);
}

unsigned int pci_read_number(struct pci_source *source, const struct device *device,
			     const char *attribute)
{
	char text[16];

	if (pci_read_attribute(source, device, attribute, text, sizeof(text)) <= 0)
		return 0;
	return (unsigned int)strtoul(text, NULL, 10);
}

bool pci_note_gone(const struct pci_source *source, struct device *device)
{
	char path[SYSFS_PATH_SIZE];

	device->gone = !sysfs_exists(source->sysfs, device_path(device, "", path));
	return device->gone;
}
