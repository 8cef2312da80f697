// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/deadline.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/*
 * The single steps that change what is bound to a device, and the looks at what came of
 * them. None decides anything. They give 0 or -errno, and are logged for debug=on.
 */

/* Room for the longest name that a directory of drivers can hold. */
#define BOUND_NAME_SIZE 256

/* Makes the path below sysfs of a PCI driver's file, "/bind", or of the driver itself, "". */
void binding_driver_path(const char *driver, const char *file, char path[static SYSFS_PATH_SIZE]);

/* Reads the name of the bound driver; an empty one when none is. */
int binding_read(const struct sysfs *sysfs, const struct device *device,
		 char driver[static BOUND_NAME_SIZE]);

/* Sets the driver override, or clears it with NULL. */
int binding_override(const struct sysfs *sysfs, const struct device *device, const char *driver);

/* Binds a driver. Older kernels report success when nothing was bound: read it back. */
int binding_bind(const struct sysfs *sysfs, const struct device *device, const char *driver);

/*
 * Unbinds a driver, in a child: drivers wait in remove() for their users, some without end.
 * -ETIMEDOUT when it did not return in its share, a half, of the time until the deadline.
 */
int binding_unbind(const struct sysfs *sysfs, const struct deadline *deadline,
		   const struct device *device, const char *driver);

/*
 * The same, but a child that is left behind gives the device back when the driver lets
 * go in the end: it sets driver_override to what it was before us, and offers the device.
 */
int binding_unbind_or_linger(const struct sysfs *sysfs, const struct deadline *deadline,
			     const struct device *device, const char *driver);

/* Makes the kernel look for a driver again. Its answer says nothing: read it back. */
void binding_offer(const struct sysfs *sysfs, const struct device *device);

/*
 * The same for a device without a driver, in a child: a driver's probe may take long. What
 * comes of it is read back.
 */
void binding_offer_to_all(const struct sysfs *sysfs, const struct deadline *deadline,
			  const struct device *device);

/*
 * Drops the dynamic ids by which a driver matches the device (drivers/pci/pci-driver.c,
 * remove_id_store()). Devices stay bound. It is no error if there are none.
 */
int binding_remove_ids(const struct sysfs *sysfs, const struct device *device, const char *driver);

/* Whether the device is no more. */
bool binding_is_gone(const struct sysfs *sysfs, const struct device *device);

/*
 * Takes the driver of the firmware's framebuffer off a display's memory, once it was said
 * what that means. -ETIMEDOUT as for unbinding.
 */
int binding_evict_framebuffer(const struct sysfs *sysfs, const struct deadline *deadline,
			      const struct device *device);

/* Returns the framebuffer back; one that the kernel removed, as drivers may ask it to, stays so. */
int binding_restore_framebuffer(const struct sysfs *sysfs, const struct device *device);

/* Whether a driver has the display's framebuffer. */
bool binding_has_framebuffer_driver(const struct sysfs *sysfs, const struct device *device);
