// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/* State of the machine's IOMMU. */
enum iommu_state {
	IOMMU_ON,	  /* /sys/class/iommu lists units */
	IOMMU_OFF_INTEL,  /* off, but the firmware describes VT-d (ACPI table DMAR) */
	IOMMU_OFF_AMD,	  /* off, but the firmware describes AMD-Vi (ACPI table IVRS) */
	IOMMU_OFF_VIRTIO, /* off, but there is a virtio-iommu (ACPI table VIOT, or its device) */
	IOMMU_ABSENT,	  /* no units, and none of these */
};

/*
 * The PCI devices of one sysfs. Names, and the ids of a device without modalias, are read through
 * libpci.
 */
struct pci_source;

/*
 * Opens the devices of sysfs, which must stay open as long as the source. Returns 0 with
 * a source for pci_close(), or -ENOMEM.
 */
int pci_open(const struct sysfs *sysfs, struct pci_source **result);

void pci_close(struct pci_source *source);

/*
 * Lists every function, ordered by address, with only its address filled in. The arena
 * owns the array. Returns 0, -ENOMEM, or -EIO if the bus cannot be listed.
 */
int pci_scan(struct pci_source *source, struct arena *arena, struct device **devices,
	     size_t *count);

/*
 * Each of these reads one part of a device (device.h) and does nothing the second time. A
 * device that has vanished is marked gone. Each returns 0 or -ENOMEM.
 *
 * pci_locate() also locates the bridges above the device. pci_describe() may sleep while
 * the device is probed or removed: before 7.1, reading driver_override takes the device's
 * lock (drivers/pci/pci-sysfs.c, driver_override_show()).
 */
int pci_locate(struct pci_source *source, struct arena *arena, struct device *device);
int pci_identify(struct pci_source *source, struct arena *arena, struct device *device);
int pci_describe(struct pci_source *source, struct arena *arena, struct device *device);

/*
 * Reads all these parts and the number of the device's group, without listing the group's
 * other members: less work than one by one if every device is read. Returns 0 or -ENOMEM.
 */
int pci_read(struct pci_source *source, struct arena *arena, struct device *device);

/*
 * Finds a device's IOMMU group and stores its number in all scanned devices of the group.
 * Does nothing if the group is known. Returns 0, or -errno if the members cannot be
 * listed: then nothing may be taken, because the group would be split.
 */
int pci_find_group(struct pci_source *source, struct device *device);

/* Returns whether an IOMMU is in use and, if not, which one the firmware describes. */
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
 * Looks up a function's name, "vendor device", in the file ids (format pci.ids). Of a device
 * that is unknown it is "vendor Device 15bc". Returns buffer, or NULL if the vendor is unknown
 * too.
 */
const char *pci_device_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size);

/* The parts of that name. Each returns buffer, or NULL if the part is unknown. */
const char *pci_vendor_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size);
const char *pci_model_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			   char *buffer, size_t size);

/*
 * Writes the name of a class, such as "VGA compatible controller": pci.ids's words for the
 * usual ones, whether there is such a file or not; others are looked up in ids unless that is
 * NULL. "class 020000" if all is unknown. Returns buffer.
 */
const char *pci_class_name(struct pci_source *source, const char *ids, uint32_t class, char *buffer,
			   size_t size);

/* The same in fewer words where there are such: "VGA controller", "NVMe controller". */
const char *pci_class_short_name(struct pci_source *source, const char *ids, uint32_t class,
				 char *buffer, size_t size);
