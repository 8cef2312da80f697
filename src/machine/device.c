// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/device.h"

#include <stdio.h>

const char *device_path(const struct device *device, const char *attribute,
			char path[static SYSFS_PATH_SIZE])
{
	char text[PCI_ADDRESS_SIZE];

	if (device->directory)
		snprintf(path, SYSFS_PATH_SIZE, "%s%s", device->directory, attribute);
	else
		snprintf(path, SYSFS_PATH_SIZE, "bus/pci/devices/%s%s",
			 pci_address_format(&device->address, text), attribute);
	return path;
}
