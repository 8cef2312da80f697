// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/* Lists who claims which addresses (kernel/resource.c). Only root sees the addresses. */
#define IOMEM_PATH "/proc/iomem"

/*
 * Returns whether the framebuffer's memory is claimed under this name in /proc/iomem. The
 * names are those of efifb, vesafb, simplefb and simpledrm, and of the kernel for all of
 * them (drivers/firmware/sysfb_simplefb.c, drivers/video/fbdev, drivers/gpu/drm).
 */
bool framebuffer_is_owner(const char *name, size_t length);

/*
 * Returns whether the text of /proc/iomem has the firmware's framebuffer inside one of
 * the function's BARs.
 */
bool framebuffer_lies_in(const char *iomem, const struct pci_address *address);

/*
 * Fills in device->framebuffer and its driver if a driver draws in the device's memory.
 * iomem is the path of /proc/iomem; an unreadable file counts as no framebuffer. Returns
 * 0 or -ENOMEM.
 */
int framebuffer_find(const struct sysfs *sysfs, struct arena *arena, const char *iomem,
		     struct device *device);
