// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/device.h"

#include <string.h>

#include "lib/text.h"
#include "lib/util.h"

#define PCI_CLASS_ISA_BRIDGE  0x0601
#define PCI_CLASS_SMBUS	      0x0c05
#define PCI_CLASS_MEMORY      0x05
#define PCI_CLASS_SYSTEM      0x08
#define PCI_CLASS_COUNTERS    0x1101
#define PCI_CLASS_INSTRUMENTS 0x13

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

/* Returns whether no driver uses the device, or only one that counts events or errors. */
static bool is_idle(const struct device *device)
{
	const char *driver = device->driver, *end = driver ? strrchr(driver, '_') : NULL;

	return !driver || (end && (streq(end, "_uncore") || streq(end, "_edac")));
}

bool device_is_chipset(const struct device *device)
{
	uint32_t class = device->class >> 8;

	if (device_is_bridge(device))
		return false;
	if (class == PCI_CLASS_ISA_BRIDGE || class == PCI_CLASS_SMBUS ||
	    class == PCI_CLASS_COUNTERS)
		return true;
	/* With a driver it may be worth taking: Intel's DSA, a Thunderbolt controller. */
	return is_idle(device) &&
	       (class >> 8 == PCI_CLASS_MEMORY || class >> 8 == PCI_CLASS_INSTRUMENTS ||
		(class >> 8 == PCI_CLASS_SYSTEM && class != PCI_CLASS_SD));
}
