// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "check/root.h"

/*
 * Alpine names a kernel and its image after the kernel's flavour: /boot/initramfs-lts is of
 * 6.6.10-0-lts. A package stores its kernel's release in /usr/share/kernel/FLAVOUR/kernel.release.
 */

/*
 * Returns the flavour of the kernel of a release, owned by the root's arena, as
 * hook/regenerate has it: what the package says, else the release's end. Returns NULL where
 * mkinitfs is not installed, and for a release that no package names while packages name
 * others: its modules are left over.
 */
const char *flavour_find(const struct root *root, const char *release);

/*
 * Returns whether other kernels with modules have this flavour too and no package names one:
 * the image may be of any of them.
 */
bool flavour_is_shared(const struct root *root, const char *flavour);
