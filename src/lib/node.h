// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

/* The device behind a block or character node. */
struct node {
	bool block; /* else character */
	unsigned int major, minor;
};

/*
 * Reads which device a path stands for, relative to an open directory. Follows links,
 * also those of /proc/PID/fd (proc(5)). Does not wait for a network file system's server
 * (AT_STATX_DONT_SYNC). Returns 0, -ENODEV for any other kind of file, or -errno.
 */
int node_read(int directory, const char *path, struct node *node);

/* Returns whether both are the same device. */
bool node_equal(const struct node *a, const struct node *b);
