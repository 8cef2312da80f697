// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/ask.h"

#include "lib/util.h"
#include "machine/binding.h"

/*
 * This driver is built in, so nothing has to be loaded, and it accepts only bridges
 * (drivers/pci/pcie/portdrv.c, pcie_portdrv_probe()).
 */
#define DRIVER "pcieport"

/* A root complex event collector has an endpoint's header, but that driver would keep it. */
#define PCI_CLASS_EVENT_COLLECTOR 0x0807

/* Returns the override to restore. Only a killed run leaves that driver's name on an endpoint. */
static const char *override_before(const struct device *device)
{
	const char *before = device->driver_override;

	return before && !streq(before, DRIVER) ? before : NULL;
}

int ask_end(struct run *run, const struct sysfs *sysfs)
{
	const struct device *device = run->asked;
	const char *before;
	int error;

	if (!device)
		return 0;
	before = override_before(device);
	error = binding_override(sysfs, device, before);
	if (error && !binding_is_gone(sysfs, device))
		return error;
	run->asked = NULL;
	/*
	 * A driver that was loaded meanwhile could not bind the device. On a running system,
	 * the offer would rebind a device that somebody unbound.
	 */
	if (run->at_boot && !before)
		binding_offer(sysfs, device);
	return 0;
}

/* A killed run may have left its override on a device that has its group by now. */
static bool is_to_be_asked(const struct device *device)
{
	return device->described && !device->driver &&
	       (device->group < 0 || override_before(device) != device->driver_override) &&
	       device->header_type == PCI_HEADER_ENDPOINT &&
	       device->class >> 8 != PCI_CLASS_EVENT_COLLECTOR;
}

int ask_groups(struct run *run, const struct sysfs *sysfs, struct pci_source *source,
	       const struct deadline *deadline)
{
	int error = 0;

	for (size_t i = 0; !error && i < run->topology.count; i++) {
		struct device *device = &run->topology.devices[i];

		error = pci_read(source, run->arena, device);
		if (error || !is_to_be_asked(device))
			continue;
		run->asked = device;
		binding_override(sysfs, device, DRIVER);
		/* The kernel creates the group before the driver refuses the device. */
		if (binding_bind(sysfs, device, DRIVER) == 0)
			binding_unbind(sysfs, deadline, device, DRIVER);
		error = ask_end(run, sysfs);
	}
	run->groups_asked = true;
	return error;
}
