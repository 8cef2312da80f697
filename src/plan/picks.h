// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/topology.h"
#include "settings/settings.h"

/*
 * Which devices the selectors pick, and what becomes of the selectors that restrict. All are
 * pure functions; devices must have been read as far as the selectors ask (survey.h). A
 * selector that is returned belongs to the settings; NULL where there is none.
 */

/*
 * Returns the first selector of a list that matches the device and is, or is not, written
 * with '!'. With check_identity, the id after '@' has to be the device's.
 */
const struct selector *picks_find(const struct selector_list *list, const struct device *device,
				  bool exclude, bool check_identity);

/* Returns the selector that picks the device, whatever '!' says and whether or not it is a bridge.
 */
const struct selector *picks_find_pick(const struct settings *settings,
				       const struct device *device);

/*
 * Returns the '!' that leaves the device out: by its place, even if another id sits there now,
 * or by its id where that is not in its place.
 */
const struct selector *picks_find_exclusion(const struct settings *settings,
					    const struct topology *topology,
					    const struct device *device);

/*
 * Whether a selector that restricts has the device's id but another place, so that what sits
 * in that place decides whether it is about the device.
 */
bool picks_may_be_moved(const struct selector *selector, const struct device *device);

/* Whether something with the id after '@' sits where the selector says. */
bool picks_is_in_place(const struct topology *topology, const struct selector *selector);

/* Whether the group of the device is to be taken for its sake. */
bool picks_take(const struct settings *settings, const struct topology *topology,
		const struct device *device);

/* Whether a device of the group is to be taken. */
bool picks_take_group(const struct settings *settings, const struct topology *topology,
		      const struct group *group);

/*
 * Whether the device counts as listed: it is picked, or it is the boot display and the sound
 * function of the same graphics card is picked. The slot of a processor with graphics is no
 * card: it has the machine's USB or cryptographic controllers as well.
 */
bool picks_list(const struct settings *settings, const struct topology *topology,
		const struct device *device);

/*
 * Returns the first device that a place or an id would leave out if it were written with '!':
 * one that another selector picks, which a bridge is not, or a member of a group that is to
 * be taken. The selector need not be of the settings. NULL where there is none.
 */
const struct device *picks_find_left_out(const struct settings *settings,
					 const struct topology *topology,
					 const struct selector *selector);

/*
 * Whether a '!' restricts something: it leaves out what another selector picks, or a member of
 * a group that is to be taken. '!boot_vga' does wherever the boot display is known, or the
 * machine has none.
 */
bool picks_exclusion_holds(const struct settings *settings, const struct topology *topology,
			   const struct selector *selector);

/*
 * Whether a selector names a place that only a VMD makes: the kernel numbers its domains from
 * 10000 on (drivers/pci/controller/vmd.c, vmd_find_free_domain()).
 */
bool picks_behind_vmd(const struct selector *selector);

/* Whether a device may be a VMD: Intel's, and of the class that its RAID controllers have. */
bool picks_may_be_vmd(const struct device *device);
