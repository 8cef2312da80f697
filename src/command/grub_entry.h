// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The script of /etc/grub.d that puts an entry without vfio-early into GRUB's menu. */
#define GRUB_ENTRY "/etc/grub.d/42_vfio_early"

/* What it runs (hook/grub-entry). Once the package is gone, the entry goes with the next grub.cfg.
 */
#define GRUB_ENTRY_TEXT                                                             \
	"#!/bin/sh\n"                                                               \
	"# Made by vfio-early entry add: an entry that boots without vfio-early.\n" \
	"[ ! -x " VFIO_EARLY_LIBDIR "/grub-entry ] || " VFIO_EARLY_LIBDIR "/grub-entry || :\n"
