// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/device.h"

#include <string.h>

/* Adds text at the end of a path, as much as fits. Returns where the path ends now. */
static char *add(char *end, const char *last, const char *text, size_t length)
{
	size_t room = (size_t)(last - end);

	length = length < room ? length : room;
	memcpy(end, text, length);
	end[length] = '\0';
	return end + length;
}

const char *device_path(const struct device *device, const char *attribute,
			char path[static SYSFS_PATH_SIZE])
{
	static const char devices[] = "bus/pci/devices/";
	const char *last = path + SYSFS_PATH_SIZE - 1;
	char text[PCI_ADDRESS_SIZE], *end;

	/* Every look at every device passes here, which is why nothing is formatted. */
	if (device->directory) {
		end = add(path, last, device->directory, strlen(device->directory));
	} else {
		end = add(path, last, devices, sizeof(devices) - 1);
		pci_address_format(&device->address, text);
		end = add(end, last, text, strlen(text));
	}
	add(end, last, attribute, strlen(attribute));
	return path;
}
