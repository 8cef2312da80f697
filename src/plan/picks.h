// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/topology.h"
#include "settings/settings.h"

/*
 * Finds which devices the selectors pick, and what the restricting selectors do. All
 * functions are pure. Devices must have been read as far as the selectors need
 * (survey.h). Returned selectors belong to the settings; NULL means none.
 */

/*
 * Returns the first selector of a list that matches the device and whose '!' is as
 * exclude says. With check_identity, the id after '@' must match too.
 */
const struct selector *picks_find(const struct selector_list *list, const struct device *device,
				  bool exclude, bool check_identity);

/* Returns the selector of devs that picks the device, without regard to '!' and bridges. */
const struct selector *picks_find_pick(const struct settings *settings,
				       const struct device *device);

/*
 * Returns the '!' that leaves the device out: by its place, even if another id is there
 * now, or by its id if nothing with that id is in the place.
 */
const struct selector *picks_find_exclusion(const struct settings *settings,
					    const struct topology *topology,
					    const struct device *device);

/*
 * Returns whether a restricting selector has the device's id but another place. Whatever
 * is in that place then decides whether it means the device.
 */
bool picks_may_be_moved(const struct selector *selector, const struct device *device);

/* Returns whether a device with the id after '@' is in the selector's place. */
bool picks_is_in_place(const struct topology *topology, const struct selector *selector);

/* Returns whether the device's group is to be taken because of this device. */
bool picks_take(const struct settings *settings, const struct topology *topology,
		const struct device *device);

/* Returns whether a device of the group is to be taken. */
bool picks_take_group(const struct settings *settings, const struct topology *topology,
		      const struct group *group);

/*
 * Returns whether the display's slot has only what a graphics card has: displays, sound,
 * and one USB and one UCSI controller of the card's maker. Devices on a root bus are not
 * on a card. An APU differs in its ids: its USB has the processor maker's, its graphics
 * ATI's.
 */
bool picks_is_card(const struct topology *topology, const struct device *display);

/*
 * Returns the next function of the device's graphics card that is in another group, after
 * another such one, or the first if that is NULL. NULL for none, and for what is no such
 * card. The slot must have been identified, and the groups of its functions found.
 */
const struct device *picks_find_rest(const struct topology *topology, const struct device *device,
				     const struct device *after);

/*
 * Returns whether the device counts as listed: it is picked, or it is the boot display
 * and the sound function of the same graphics card is picked. An APU's slot is not a
 * card, because it has the machine's USB or cryptographic controllers too.
 */
bool picks_list(const struct settings *settings, const struct topology *topology,
		const struct device *device);

/*
 * Returns the first device that a place or an id would leave out if it had '!': one that
 * another selector picks (bridges do not count), or a member of a group that is to be
 * taken. NULL for none. The selector need not belong to the settings.
 */
const struct device *picks_find_left_out(const struct settings *settings,
					 const struct topology *topology,
					 const struct selector *selector);

/*
 * Returns whether a '!' restricts anything: it leaves out what another selector picks, or
 * a member of a group that is to be taken. '!boot_vga' counts if the boot display is
 * known or absent.
 */
bool picks_exclusion_holds(const struct settings *settings, const struct topology *topology,
			   const struct selector *selector);

/*
 * Returns whether a selector names a place in a VMD's domain: the kernel numbers these
 * from 10000 (drivers/pci/controller/vmd.c, vmd_find_free_domain()).
 */
bool picks_behind_vmd(const struct selector *selector);

/* Returns whether a device may be a VMD: made by Intel, with the class of RAID controllers. */
bool picks_may_be_vmd(const struct device *device);
