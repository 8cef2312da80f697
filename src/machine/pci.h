// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/* State of the machine's IOMMU. */
enum iommu_state {
	IOMMU_ON,	  /* /sys/class/iommu has units */
	IOMMU_OFF_INTEL,  /* none, but the firmware describes VT-d (ACPI table DMAR) */
	IOMMU_OFF_AMD,	  /* none, but the firmware describes AMD-Vi (ACPI table IVRS) */
	IOMMU_OFF_VIRTIO, /* none, but there is a virtio-iommu (ACPI table VIOT, or its device) */
	IOMMU_ABSENT,	  /* none, and no table */
};

/* Access to the PCI devices of one sysfs, through libpci. */
struct pci_source;

/*
 * Opens the devices of sysfs, which must stay open as long. Returns 0, -ENOMEM,
 * or -EIO when libpci cannot use the tree.
 */
int pci_open(const struct sysfs *sysfs, struct pci_source **result);

void pci_close(struct pci_source *source);

/*
 * Finds every function, ordered by address, with nothing but its address
 * filled in. The array is of the arena. Returns 0, -ENOMEM, or -EIO when the bus
 * cannot be listed.
 */
int pci_scan(struct pci_source *source, struct arena *arena, struct device **devices,
	     size_t *count);

/*
 * Each of these fills in one part of a device (device.h), and does nothing
 * the second time. A device that is no more is marked as gone. They give 0 or
 * -ENOMEM.
 *
 * pci_locate() finds the bridges above it among the devices of the scan.
 * pci_describe() may sleep while the device is being probed or removed: on
 * kernels before 7.1 reading driver_override takes the device's lock
 * (drivers/pci/pci-sysfs.c).
 */
int pci_locate(struct pci_source *source, struct arena *arena, struct device *device);
int pci_identify(struct pci_source *source, struct arena *arena, struct device *device);
int pci_describe(struct pci_source *source, struct arena *arena, struct device *device);

/*
 * All of that, and the number of the device's own group: less work than one by one, where
 * every device is asked. Returns 0 or -ENOMEM.
 */
int pci_read(struct pci_source *source, struct arena *arena, struct device *device);

/*
 * Finds the IOMMU group of a device, and sets its number in all of the scan's
 * devices that are in it. Does nothing for one whose group is known. Returns 0, or
 * -errno where the members could not be listed: then nothing may be taken, for half a
 * group would be.
 */
int pci_find_group(struct pci_source *source, struct device *device);

/* Tells whether an IOMMU is in use and what the firmware says of it. */
enum iommu_state pci_iommu_state(const struct sysfs *sysfs);

/* Returns whether the machine has a virtio-iommu, with or without its driver. */
bool pci_has_virtio_iommu(const struct sysfs *sysfs);

/*
 * Returns whether an IOMMU is in use whose driver may give a device its group only once a driver
 * of the device's own is tried (really_probe() in drivers/base/dd.c calls dma_configure): all but
 * Intel's and AMD's, which give every device its group when they start. Kernels differ, so this
 * is no more than a possibility.
 */
bool pci_groups_come_late(const struct sysfs *sysfs);

/*
 * Looks up what the function is called, "vendor device", in the file ids in
 * the form of pci.ids. Returns buffer, or NULL when the file does not know it.
 */
const char *pci_device_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size);

/* The same for a class, such as "VGA compatible controller". */
const char *pci_class_name(struct pci_source *source, const char *ids, uint32_t class, char *buffer,
			   size_t size);
