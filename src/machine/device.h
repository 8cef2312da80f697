// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/address.h"
#include "machine/sysfs.h"

#define PCI_CLASS_OLD	      0x00 /* PCI_CLASS_NOT_DEFINED: from before class codes */
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
#define PCI_CLASS_USB	      0x0c03
#define PCI_CLASS_FIBER	      0x0c04
#define PCI_CLASS_INFINIBAND  0x0c06

#define PCI_HEADER_ENDPOINT 0

/* Ids of a function, as in include/uapi/linux/pci_regs.h. */
struct pci_id {
	uint16_t vendor;
	uint16_t device;
	uint16_t subsystem_vendor;
	uint16_t subsystem_device;
};

/*
 * One PCI function as the kernel showed it when the snapshot was taken. Plain data: the
 * snapshot's arena owns all strings and devices pointed to. Reading takes time, so a part
 * is read only when a decision needs it (plan/survey.c); an unread part is zero.
 */
struct device {
	struct pci_address address;
	bool gone; /* vanished after the bus listed it; matches nothing */
	int group; /* number of the IOMMU group; -1 without one or if not read */

	/* Read by pci_locate(). */
	bool located;
	const struct device *parent; /* the bridge above; NULL on a root bus */
	const char *kernel_path;     /* the path form of the kernel's pci= parameters */
	const char *directory; /* in sysfs; NULL if only its link under bus/pci/devices is known */
	const struct device
		*vmd; /* the VMD that its domain belongs to; NULL outside of a VMD domain */

	/* Read by pci_identify(). */
	bool identified;
	struct pci_id id;
	uint32_t class;	      /* base class, subclass and programming interface, 24 bits */
	const char *modalias; /* "pci:v0000..."; empty if the kernel shows none */
	bool boot_display; /* the firmware's display; survey.c adds what the device's own files do
			      not tell */

	/* Read by pci_describe(). */
	bool described;
	uint8_t header_type;	     /* 0 endpoint, 1 and 2 bridges */
	const char *driver;	     /* the bound driver; NULL for none */
	const char *driver_override; /* NULL when unset */
	int override_file; /* open, in processes whose struct sysfs says keeps; 0 for none */
	unsigned int virtual_functions; /* enabled on this SR-IOV physical function */
	bool has_sriov; /* can have virtual functions; only read while a driver is bound */

	/* Read by framebuffer_find(). */
	const char *framebuffer; /* the platform device that draws in its memory; NULL for none */
	const char *framebuffer_driver; /* bound to that platform device */

	/* Read by attached_find(). */
	const char *console;  /* name of a kernel console on it: "ttyS4"; NULL for none */
	const char *watchdog; /* name of an armed watchdog on it: "watchdog0"; NULL for none */

	const char *variant_driver; /* this kernel's vfio variant driver for it; NULL for none or if
				       not looked up */
};

/*
 * Returns whether it is a bridge or host bridge. Those are never bound to vfio-pci and do
 * not keep their group from being taken.
 */
static inline bool device_is_bridge(const struct device *device)
{
	return device->header_type != PCI_HEADER_ENDPOINT ||
	       device->class >> 8 == PCI_CLASS_HOST_BRIDGE;
}

/* Returns whether disks may hang on it: mass storage, SD or eMMC, Fibre Channel. */
static inline bool device_is_storage(const struct device *device)
{
	return device->class >> 16 == PCI_CLASS_STORAGE || device->class >> 8 == PCI_CLASS_SD ||
	       device->class >> 8 == PCI_CLASS_FIBER;
}

/* Returns whether it is a network controller. InfiniBand has two classes. */
static inline bool device_is_network(const struct device *device)
{
	return device->class >> 16 == PCI_CLASS_NETWORK ||
	       device->class >> 8 == PCI_CLASS_INFINIBAND;
}

/*
 * Returns whether it is a part of the chipset rather than a device of its own: an ISA bridge
 * (LPC), an SMBus, performance counters, or a memory controller or system peripheral that no
 * driver uses. It must have been described.
 */
bool device_is_chipset(const struct device *device);

/*
 * Writes the path below sysfs of a device's attribute ("/driver") or of the device itself
 * (""). Uses its link under bus/pci/devices if its own directory is unknown. Returns
 * path.
 */
const char *device_path(const struct device *device, const char *attribute,
			char path[static SYSFS_PATH_SIZE]);
