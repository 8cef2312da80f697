// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "host/needs.h"
#include "lib/arena.h"

/*
 * Where the running system keeps its last list of needs. It is used where that system is
 * not running: in a chroot from a live stick, in a container, or by an image builder.
 */
#define HOST_LIST_DIRECTORY "/var/lib/vfio-early"
#define HOST_LIST_PATH	    HOST_LIST_DIRECTORY "/host.conf"

enum host_list_source {
	HOST_LIST_NONE,	 /* not the running system, and no list was kept */
	HOST_LIST_FOUND, /* the running system, searched just now */
	HOST_LIST_KEPT,	 /* not the running system, but a list was kept */
};

/* The list of PCI devices that the host needs, as an image carries it. */
struct host_list {
	enum host_list_source source;
	const char *text;      /* in the form of host/needs.h; NULL for HOST_LIST_NONE */
	const char *date;      /* when a kept list last changed, "2026-11-24 12:30 UTC" */
	const char *fault;     /* why a kept list is not used; NULL for none */
	struct host_gap *gaps; /* for a list just found */
};

/*
 * Searches for the host's needs (host_find_needs()), or reads the kept list if this is
 * not the running system. The kept list must pass the checks of settings/config.h and
 * parse in full; otherwise fault says why not. The arena owns everything. Returns 0 or
 * -ENOMEM.
 */
int host_list_read(struct host_list *list, struct arena *arena, const struct host_roots *roots);

/*
 * Keeps a list found on this system if it differs from the kept one. Does nothing for
 * other users than root, or for a list that was not just found. arena holds the old list
 * while comparing. Takes the lock of lib/file_lock.h, which the caller must not hold.
 * Returns 0 or -errno.
 */
int host_list_keep(const struct host_list *list, struct arena *arena);

/* Like host_list_keep(), but only says on standard error what failed: keeping is not essential. */
void host_list_keep_or_say(const struct host_list *list, struct arena *arena);

/*
 * Looks for the host's needs and keeps their list, for images that are built where the host is not
 * running. arena holds the list. Says on standard error what failed.
 */
void host_list_keep_now(struct arena *arena);

/*
 * Says on standard error what could not be found out, that the list is a kept one, or
 * that there is none and what follows.
 */
void host_list_say(const struct host_list *list);
