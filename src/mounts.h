// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * Mounts /proc and /sys where they are missing, so that nothing need be
 * prepared for this program. What it mounted stays, for whoever comes next
 * would mount it anyway and takes EBUSY for an answer.
 */
void mounts_prepare(void);
