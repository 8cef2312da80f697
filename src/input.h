// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "arena.h"

/* The config file, both on the host and inside an image. */
#define CONFIG_PATH "/etc/vfio-early.conf"

/* In an image only: what the host that it was built on needs of its PCI devices (host.h). */
#define HOST_CONFIG_PATH "/etc/vfio-early.host.conf"

/* The running kernel's command line. */
#define CMDLINE_PATH "/proc/cmdline"

/*
 * Reads a whole file into the arena, a NUL behind it. Files past a megabyte
 * are refused: nobody writes such a one on purpose. Gives 0 or -errno.
 */
int input_read(struct arena *arena, const char *path, char **text);
