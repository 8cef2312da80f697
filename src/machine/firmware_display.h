// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"
#include "machine/address.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/* The framebuffer that the firmware left, as far as the running kernel still knows of it. */
struct firmware_display {
	bool found;		   /* the firmware set one up */
	bool held;		   /* its memory lies in one function */
	struct pci_address holder; /* that function */
};

/*
 * Finds the function whose memory holds the firmware's framebuffer, whatever its class. The
 * kernel tells in one of these places:
 *
 * - the platform device of the framebuffer lies below the function, since 6.9
 *   (drivers/firmware/sysfb.c, sysfb_parent_dev());
 * - /sys/kernel/boot_params/data has the framebuffer's address, on x86, even after another
 *   driver drew over it (arch/x86/kernel/ksysfs.c; struct screen_info of
 *   include/uapi/linux/screen_info.h), and iomem, the path of /proc/iomem, says in whose
 *   BAR that is;
 * - iomem has the framebuffer itself inside a BAR (framebuffer.h).
 *
 * iomem is NULL for a tree that is not this machine's. What cannot be read tells nothing.
 * Returns 0 or -ENOMEM.
 */
int firmware_display_find(struct firmware_display *display, const struct sysfs *sysfs,
			  struct arena *arena, const char *iomem);

/*
 * Finds the framebuffer, and the function that holds it, in the text of /proc/iomem. base is
 * the framebuffer's address, or 0 where only its name tells.
 */
void firmware_display_search(struct firmware_display *display, const char *iomem, uint64_t base);

/*
 * Whether the display shows a picture by a driver of its own: a connector is enabled
 * (drivers/gpu/drm/drm_sysfs.c), a framebuffer of another kind is registered
 * (drivers/video/fbdev), or the driver says boot_display (since 6.18).
 */
bool firmware_display_is_lit(const struct sysfs *sysfs, const struct device *device);
