// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"
#include "machine/address.h"
#include "machine/device.h"
#include "machine/sysfs.h"

/* What the running kernel still knows of the framebuffer that the firmware left. */
struct firmware_display {
	bool found;		   /* the firmware set up a framebuffer */
	bool held;		   /* its memory lies in a known function */
	struct pci_address holder; /* that function */
};

/*
 * Finds the function whose memory holds the firmware's framebuffer, whatever its class.
 * Looks in these places, in order:
 * - the parent of the framebuffer's platform device, the function since 6.9
 *   (drivers/firmware/sysfb.c, sysfb_parent_dev());
 * - the framebuffer's address in /sys/kernel/boot_params/data, on x86, which stays even
 *   after another driver took the display over (arch/x86/kernel/ksysfs.c, struct
 *   screen_info in include/uapi/linux/screen_info.h), looked up among the BARs in iomem;
 * - the framebuffer itself inside a BAR in iomem (framebuffer.h).
 *
 * iomem is the path of /proc/iomem, or NULL for a tree of another machine. Anything
 * unreadable counts as absent. Returns 0 or -ENOMEM.
 */
int firmware_display_find(struct firmware_display *display, const struct sysfs *sysfs,
			  struct arena *arena, const char *iomem);

/*
 * Finds the framebuffer and the function that holds it in the text of /proc/iomem. base
 * is the framebuffer's address, or 0 to go by its name alone.
 */
void firmware_display_search(struct firmware_display *display, const char *iomem, uint64_t base);

/*
 * Returns whether a driver of the display's own shows a picture: a connector is enabled
 * (drivers/gpu/drm/drm_sysfs.c), the driver is fbdev's (drivers/video/fbdev), or it
 * reports boot_display (since 6.18).
 */
bool firmware_display_is_lit(const struct sysfs *sysfs, const struct device *device);
