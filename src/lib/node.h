// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

/* A device that a block or character node stands for. */
struct node {
	bool block; /* else character */
	unsigned int major, minor;
};

/*
 * Reads which device a path stands for, relative to an open directory; a link is followed,
 * one of /proc/PID/fd too (proc(5)). The file system is not asked for news (AT_STATX_DONT_SYNC),
 * so a server that does not answer is not waited for. Returns 0, -ENODEV for any other kind of
 * file, or -errno.
 */
int node_read(int directory, const char *path, struct node *node);

bool node_equal(const struct node *a, const struct node *b);
