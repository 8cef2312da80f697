// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files that read PCI devices (pci_*.c) share. */

#include "machine/pci.h"

struct pci_access; /* libpci's */

/* The directory of sysfs that has a bus's devices. */
struct bus {
	uint32_t domain;
	uint8_t number;
	unsigned int uses;
	int fd; /* -1 while it is not open */
};

struct pci_source {
	const struct sysfs *sysfs;
	struct pci_access *access; /* NULL until libpci is needed */
	char path[SYSFS_PATH_SIZE];
	const char *ids;	/* the name list that libpci uses now */
	struct device *devices; /* of the scan; the arena owns them */
	size_t count;
	unsigned int kept; /* files of driver_override that are open */
	struct bus bus;	   /* of the device that was read last */
};

/* Reads a device's ids through libpci. Returns false if it has vanished. */
bool pci_read_ids(struct pci_source *source, struct device *device);

/*
 * Writes the path of a device's attribute ("/modalias") and returns the directory that it is
 * relative to: the kernel looks up each part of a path at each call, and the directories of many
 * devices are the same. The result's descriptor stays the source's.
 */
struct sysfs pci_place_of(struct pci_source *source, const struct device *device,
			  const char *attribute, char path[static SYSFS_PATH_SIZE]);

/* Reads an attribute of a device. Returns as sysfs_read() does. */
int pci_read_attribute(struct pci_source *source, const struct device *device,
		       const char *attribute, char *text, size_t size);

/* Returns a small number held by an attribute of a device; 0 when it is missing. */
unsigned int pci_read_number(struct pci_source *source, const struct device *device,
			     const char *attribute);

/* Marks a device as gone if it has no directory any more. Returns whether it is gone. */
bool pci_note_gone(const struct pci_source *source, struct device *device);

/* Returns the scan's device with this address; NULL for none. */
struct device *pci_find_device(const struct pci_source *source, const struct pci_address *address);
