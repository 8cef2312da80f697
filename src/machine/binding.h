// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/deadline.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/*
 * The single steps that change which driver is bound to a device, and the reads that
 * check them. No step makes a decision. Unless said otherwise they return 0 or -errno.
 * Steps are logged with debug=on.
 */

/* Room for the longest name of a driver in sysfs. */
#define BOUND_NAME_SIZE 256

/* Writes the path below sysfs of a PCI driver's file ("/bind"), or of the driver itself (""). */
void binding_driver_path(const char *driver, const char *file, char path[static SYSFS_PATH_SIZE]);

/* Reads the name of the bound driver; "" if none is bound. Returns 0 or -errno. */
int binding_read(const struct sysfs *sysfs, const struct device *device,
		 char driver[static BOUND_NAME_SIZE]);

/*
 * Sets driver_override, or clears it if driver is NULL (drivers/pci/pci-sysfs.c,
 * driver_override_store()). Where the device's override_file is open, another device that has come
 * into its place is not touched: the result is -ENODEV.
 */
int binding_override(const struct sysfs *sysfs, const struct device *device, const char *driver);

/*
 * Resets a device in a child process, by the first way that the kernel has for this function
 * alone: a reset that would reach another function is none of them (drivers/pci/pci.c,
 * pci_reset_bus_function()). Returns -ENOENT where it has none, or -ETIMEDOUT if the device was
 * not back within half of the time left until the deadline: until then the kernel holds its lock.
 */
int binding_reset(const struct sysfs *sysfs, const struct deadline *deadline,
		  const struct device *device);

/*
 * Binds a driver through its bind file (drivers/base/bus.c, bind_store()). Older kernels
 * return success when the probe failed: read the driver back.
 */
int binding_bind(const struct sysfs *sysfs, const struct device *device, const char *driver);

/*
 * Unbinds a driver in a child process, because some drivers wait in remove() for their
 * users without end. Returns -ETIMEDOUT if remove() did not return within half of the
 * time left until the deadline.
 */
int binding_unbind(const struct sysfs *sysfs, const struct deadline *deadline,
		   const struct device *device, const char *driver);

/*
 * Like binding_unbind(), but when remove() returns after all, the child restores the
 * driver_override that the device had before us and lets its driver bind again.
 */
int binding_unbind_or_linger(const struct sysfs *sysfs, const struct deadline *deadline,
			     const struct device *device, const char *driver);

/*
 * Binds the driver that the device had before, or else makes the kernel look for one
 * (drivers/base/bus.c, drivers_probe_store()). Blocks while a driver's probe runs. The
 * result is only logged: read the driver back.
 */
void binding_offer(const struct sysfs *sysfs, const struct device *device);

/*
 * Offers a device without a driver to every driver, in a child process because a probe
 * may take long. Read the driver back.
 */
void binding_offer_to_all(const struct sysfs *sysfs, const struct deadline *deadline,
			  const struct device *device);

/*
 * Removes the dynamic ids by which a driver matches the device (drivers/pci/pci-driver.c,
 * remove_id_store()). Bound devices stay bound. Having none is no error.
 */
int binding_remove_ids(const struct sysfs *sysfs, const struct device *device, const char *driver);

/* Returns whether the device has been removed. */
bool binding_is_gone(const struct sysfs *sysfs, const struct device *device);

/*
 * Logs that the screen goes dark, then unbinds the firmware framebuffer's driver from its
 * platform device. Returns -ETIMEDOUT as binding_unbind() does.
 */
int binding_evict_framebuffer(const struct sysfs *sysfs, const struct deadline *deadline,
			      const struct device *device);

/*
 * Binds that driver again. Returns 0 also when the platform device is gone, as drivers
 * may have the kernel remove it.
 */
int binding_restore_framebuffer(const struct sysfs *sysfs, const struct device *device);

/* Returns whether a driver is bound to the display's framebuffer device. */
bool binding_has_framebuffer_driver(const struct sysfs *sysfs, const struct device *device);
