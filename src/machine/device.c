// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/device.h"

#include "lib/text.h"

const char *device_path(const struct device *device, const char *attribute,
			char path[static SYSFS_PATH_SIZE])
{
	const char *last = path + SYSFS_PATH_SIZE - 1;
	char text[PCI_ADDRESS_SIZE], *end;

	/* Every look at every device passes here, which is why nothing is formatted. */
	if (device->directory) {
		end = text_append(path, last, device->directory);
	} else {
		end = text_append(path, last, "bus/pci/devices/");
		end = text_append(end, last, pci_address_format(&device->address, text));
	}
	text_append(end, last, attribute);
	return path;
}
