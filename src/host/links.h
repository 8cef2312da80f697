// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"

/* Where a host keeps the links that carried a route when it was last known to be well. */
#define LINKS_PATH "/var/lib/vfio-early/links"

/* A network link. The arena owns the text. */
struct link {
	const char *name;    /* "eth0" */
	const char *address; /* its MAC address, as in /sys/class/net/NAME/address; "-" for none */
	struct link *next;
	const char *device; /* the name of its own device, "0000:03:00.0"; NULL for none */
};

/* Where to look. A NULL member means this machine's own. */
struct link_roots {
	const char *proc;  /* "/proc" */
	const char *sysfs; /* "/sys" */
};

/*
 * Finds the links that carry a route, each once, in the order of the kernel's tables: a route
 * of /proc/net/route (net/ipv4/fib_trie.c, fib_route_seq_show()) or /proc/net/ipv6_route
 * (net/ipv6/route.c, rt6_info_route()) that is up and rejects nothing. Leaves out lo, routes
 * that every IPv6 link has (link-local, multicast) or has for its own addresses, and links
 * without a device of their own or of a link below them, such as docker0 or tun0. A missing
 * table counts as empty. Returns 0 or -ENOMEM, or the -errno of opening sysfs.
 */
int links_find(struct link **links, struct arena *arena, const struct link_roots *roots);

/*
 * Reads a file of links. Returns 0 or -errno: -ENOENT if there is none, -EINVAL if it is not as
 * links_write() writes it.
 */
int links_read(struct link **links, struct arena *arena, const char *path);

/*
 * Writes links into a file, a line "NAME ADDRESS [DEVICE]" for each, and makes its missing parent
 * directories. Returns 0 or -errno; after an error the file is unchanged.
 */
int links_write(const struct link *links, struct arena *arena, const char *path);

/* Returns whether links has one with the same name or the same MAC address. */
bool links_have(const struct link *links, const struct link *link);
