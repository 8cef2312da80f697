// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/address.h"
#include "machine/sysfs.h"

#define PCI_CLASS_OLD	      0x00 /* from before there were classes */
#define PCI_CLASS_STORAGE     0x01
#define PCI_CLASS_NETWORK     0x02
#define PCI_CLASS_DISPLAY     0x03
#define PCI_CLASS_BRIDGE      0x06
#define PCI_CLASS_HOST_BRIDGE 0x0600
#define PCI_CLASS_ACCELERATOR 0x12
#define PCI_CLASS_UNKNOWN     0xff
#define PCI_CLASS_RAID	      0x0104
#define PCI_CLASS_VGA	      0x0300
#define PCI_CLASS_VIDEO	      0x0400
#define PCI_CLASS_SD	      0x0805
#define PCI_CLASS_FIBER	      0x0c04
#define PCI_CLASS_INFINIBAND  0x0c06

#define PCI_HEADER_ENDPOINT 0

/* Ids, class and header type of a function, as in include/uapi/linux/pci_regs.h. */
struct pci_id {
	uint16_t vendor;
	uint16_t device;
	uint16_t subsystem_vendor;
	uint16_t subsystem_device;
};

/*
 * One PCI function as the kernel showed it when the snapshot was taken. Plain
 * data: strings and devices pointed to belong to the snapshot's arena. Reading
 * costs time, so the parts are read when a decision needs them (survey.c); a
 * part that was not read is zero.
 */
struct device {
	struct pci_address address;
	bool gone; /* was listed by the bus, but is no more; matches nothing */
	int group; /* number of the IOMMU group; -1 without one, or when nobody asked */

	/* pci_locate() */
	bool located;
	const struct device *parent; /* the bridge above; NULL on a root bus */
	const char *kernel_path;     /* the path form of the kernel's pci= parameters */
	const char *directory; /* its own in sysfs; NULL where only the link of its bus is known */
	const struct device *vmd; /* the VMD that its domain hangs under; NULL outside of one */

	/* pci_identify() */
	bool identified;
	struct pci_id id;
	uint32_t class;	      /* base class, subclass and interface, 24 bits */
	const char *modalias; /* "pci:v0000..."; empty where the kernel shows none */
	bool boot_display; /* the firmware's display; survey.c adds what only the machine tells */

	/* pci_describe() */
	bool described;
	uint8_t header_type;		/* 0 endpoint, 1 and 2 bridges */
	const char *driver;		/* bound to it; NULL when none is */
	const char *driver_override;	/* NULL when unset */
	unsigned int virtual_functions; /* enabled on this SR-IOV physical function */
	bool has_sriov;			/* it could have some, as far as its driver was asked */

	/* framebuffer_find() */
	const char *framebuffer;	/* the platform device that draws in its memory; NULL */
	const char *framebuffer_driver; /* bound to that */

	/* attached_find() */
	const char *console;  /* the kernel's console on it: "ttyS4"; NULL */
	const char *watchdog; /* the armed watchdog on it: "watchdog0"; NULL */

	const char *variant_driver; /* the best vfio driver of this kernel; NULL if not asked */
};

/* Whether it is a bridge or host bridge: those neither bind nor stand in the way. */
static inline bool device_is_bridge(const struct device *device)
{
	return device->header_type != PCI_HEADER_ENDPOINT ||
	       device->class >> 8 == PCI_CLASS_HOST_BRIDGE;
}

/* Whether disks may hang on it: a mass-storage controller, one of SD or eMMC, Fibre Channel. */
static inline bool device_is_storage(const struct device *device)
{
	return device->class >> 16 == PCI_CLASS_STORAGE || device->class >> 8 == PCI_CLASS_SD ||
	       device->class >> 8 == PCI_CLASS_FIBER;
}

/* Whether it is a network controller of any kind; InfiniBand has two classes. */
static inline bool device_is_network(const struct device *device)
{
	return device->class >> 16 == PCI_CLASS_NETWORK ||
	       device->class >> 8 == PCI_CLASS_INFINIBAND;
}

/*
 * Makes the path below sysfs of an attribute, "/driver", or of the device itself, "".
 * By the link of its bus where its own directory is not known. Returns path.
 */
const char *device_path(const struct device *device, const char *attribute,
			char path[static SYSFS_PATH_SIZE]);
