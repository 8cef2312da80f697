// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/* Who claims which addresses (kernel/resource.c). Only root sees the addresses. */
#define IOMEM_PATH "/proc/iomem"

/* Whether a name in /proc/iomem is one under which the framebuffer's memory is claimed. */
bool framebuffer_is_owner(const char *name, size_t length);

/*
 * Whether the text of /proc/iomem shows the firmware's framebuffer inside one
 * of the function's BARs. Its names are those under which efifb, vesafb,
 * simplefb and simpledrm, and the kernel for them all, claim the memory
 * (drivers/firmware/sysfb_simplefb.c, drivers/video/fbdev, drivers/gpu/drm).
 */
bool framebuffer_lies_in(const char *iomem, const struct pci_address *address);

/*
 * Fills in which platform device draws in the display's memory, and by which
 * driver, if one does. iomem is the path of /proc/iomem; where that cannot be
 * read there is none. Returns 0 or -ENOMEM.
 */
int framebuffer_find(const struct sysfs *sysfs, struct arena *arena, const char *iomem,
		     struct device *device);
