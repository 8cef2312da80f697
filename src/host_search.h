// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files of the search for the host's devices share; host.h is what others use. */

#include <stdbool.h>

#include "arena.h"
#include "host.h"
#include "mountinfo.h"
#include "sysfs.h"
#include "util.h"

/* A PCI function that was found. */
struct host_device {
	const char *selector; /* its place and id */
	const char *uses;     /* "/, /boot" */
	const char *parts;    /* the disks or interfaces on it: "nvme0n1" */
	struct host_device *next;
};

/* Something that the use under way has led to already: links may form a circle. */
struct host_visit {
	const char *what;
	struct host_visit *next;
};

/* What another tool is set up to take. */
struct host_claim {
	const char *selector;
	const char *claimant; /* "driverctl, ..." */
	struct host_claim *next;
};

struct host_search {
	struct arena *arena;
	const char *proc;
	const char *zpool;
	struct sysfs sysfs;
	int root;	      /* an open directory */
	bool at_home;	      /* neither in a chroot nor in a container */
	struct mount *mounts; /* of this process */
	const char *use;      /* what is looked for now: "/boot", "swap" */
	void *context;	      /* of who asked for more than what the host needs */
	struct host_visit *visits;
	struct host_device *devices, **last_device;
	struct host_gap *gaps, **last_gap;
	struct host_claim *claims, **last_claim;
	int error; /* -ENOMEM once it has happened: the search is useless then */
};

/*
 * What host_find_needs() does, and more, unless that is NULL, which is called at
 * the end on a host that is at home and finds search->context set.
 */
int search_run(struct host_needs *needs, struct arena *arena, const struct host_roots *roots,
	       void (*more)(struct host_search *search), void *context);

/* Says what what is found from now on is needed for; the text is not copied. */
void search_begin_use(struct host_search *search, const char *use);

/* Reads a file, or one of /proc; NULL where it cannot be read. */
char *search_read_file(struct host_search *search, const char *path);
char *search_read_proc(struct host_search *search, const char *name);

/* Formats into the arena. Gives "" when that is full, and keeps the error. */
const char *search_print(struct host_search *search, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Says that what the use needs could not be found out. */
void search_note_gap(struct host_search *search, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Whether the use under way comes here for the first time; what is anything but a mount point. */
bool search_enter(struct host_search *search, const char *what);

/*
 * Adds every endpoint on a path of sysfs ("devices/pci0000:00/...") to those
 * that the use needs: the disk's own, and what presents it, as Intel VMD does.
 * part is the name of what lies there. Gives false when none is on it.
 */
bool search_add_path(struct host_search *search, const char *path, const char *part);

/*
 * The length of a path of sysfs up to and with the last PCI function on it, the
 * one that something hangs on; 0 where there is none.
 */
size_t search_find_function(const char *path);

/* Makes '?' of control characters: what is put into a file is one line of it. */
void search_make_printable(char *text);

/*
 * Reads a link of sysfs to something in its tree of devices, and gives the
 * path from its root; NULL where there is no such link.
 */
const char *search_read_link(struct host_search *search, const char *link);

/* host_storage.c: what a block device with that "major:minor" lies on. */
void search_block(struct host_search *search, const char *number);

/*
 * The same for a block device as it is named in /dev, in fstab(5) or on the
 * kernel command line: a path, UUID=, LABEL=, PARTUUID=, PARTLABEL=.
 */
void search_named_block(struct host_search *search, const char *name);

/*
 * Gives the "major:minor" of such a name, or NULL. Does not look at the device
 * itself.
 */
const char *search_find_number(struct host_search *search, const char *name);

/* host_mount.c: what a mounted file system lies on. */
void search_mount(struct host_search *search, const struct mount *mount);

/* The same for the file system that holds an absolute path. */
void search_file(struct host_search *search, const char *path);

/* Whether a file system of that type comes over the network. */
bool search_is_network_type(const char *type);

/* host_zpool.c: what a ZFS pool lies on, as zpool(8) tells. */
void search_zpool(struct host_search *search, const char *pool);

/* host_keyboard.c: what a passphrase is typed on before / is there. */
void search_keyboard(struct host_search *search, const char *root);

/* host_claims.c: what driverctl and modprobe.d give to vfio-pci, pci-stub or xen-pciback. */
void search_claims(struct host_search *search, const char *root);

/* host_network.c: every interface with a route; that there is none is a gap. */
void search_network(struct host_search *search);

/* The same, but gives false where there is none. */
bool search_routes(struct host_search *search);

/* One interface, and what it lies on. Gives false when no PCI device is behind it. */
bool search_interface(struct host_search *search, const char *name);
