// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "host/needs.h"
#include "lib/arena.h"

/*
 * Where the running system keeps the last list of what it needs. Where it does not
 * run (a chroot of a live stick, a container, an image builder), that list is used.
 */
#define HOST_LIST_DIRECTORY "/var/lib/vfio-early"
#define HOST_LIST_PATH	    HOST_LIST_DIRECTORY "/host.conf"

enum host_list_source {
	HOST_LIST_NONE,	 /* this is not the running system, and no list was kept */
	HOST_LIST_FOUND, /* this is the running system, and was searched just now */
	HOST_LIST_KEPT,	 /* this is not the running system, and a list was kept */
};

/* The list of PCI devices that the host needs, as an image carries it. */
struct host_list {
	enum host_list_source source;
	const char *text;      /* in the form of host.h; NULL for HOST_LIST_NONE */
	const char *date;      /* of a kept list: when it last changed, "2026-11-24 12:30 UTC" */
	const char *fault;     /* why a kept list is not used; NULL where there is none */
	struct host_gap *gaps; /* of a list that was found */
};

/*
 * Searches for what the host needs (host_find_needs()), or reads the kept list where
 * this is not the running system. A kept list is used if it is as config.h asks of a
 * config file, and if all of it parses; if not, fault says why. Everything belongs to
 * the arena. Returns 0 or -ENOMEM.
 */
int host_list_read(struct host_list *list, struct arena *arena, const struct host_roots *roots);

/*
 * Keeps a list that was found on this system, if it is another than the kept one. Only
 * root does; for others, and for a list that was not found, it does nothing. The arena
 * is for the list that is read first. Takes the lock of file_lock.h, which the caller must
 * not hold. Returns 0 or -errno.
 */
int host_list_keep(const struct host_list *list, struct arena *arena);

/* The same, and says on standard error what went wrong: it is no reason to fail. */
void host_list_keep_or_say(const struct host_list *list, struct arena *arena);

/*
 * Says on standard error what could not be found out, that the list is a kept one, or
 * that there is none and what follows.
 */
void host_list_say(const struct host_list *list);
