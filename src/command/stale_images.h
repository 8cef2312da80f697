// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * Says on standard error, a line for each, which images of this system have other settings than the
 * config, or cannot be read. Returns how many, or -ENOMEM.
 */
int stale_images_say(void);
