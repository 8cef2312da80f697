// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files of the search for the host's devices share; host.h is what others use. */

#include <stdbool.h>

#include "arena.h"
#include "host.h"
#include "mountinfo.h"
#include "sysfs.h"
#include "util.h"

/* So many words of a list are shown; the others are counted. */
#define HOST_WORDS_MAX 6

/* Names without repetition, of which there can be thousands: mount points, disks. */
struct host_words {
	const char *words[HOST_WORDS_MAX];
	size_t count; /* those not kept included */
};

/* A PCI function that was found. */
struct host_device {
	const char *selector;	 /* its place and id */
	bool network;		 /* only the network is lost with it: see search->network */
	struct host_words uses;	 /* "/", "/boot" */
	struct host_words parts; /* the disks or interfaces on it: "nvme0n1" */
	struct host_device *next;
};

/* A sentence about what could not be found out, and the uses that it is true of. */
struct host_question {
	const char *text;
	struct host_words uses;
	struct host_question *next;
};

/* What the search remembers by a name. */
struct host_entry {
	const char *kind; /* what the name is of; names of different kinds are different */
	const char *name;
	const void *value;     /* NULL until something is kept there */
	unsigned int last_use; /* number of the last use that came here */
	struct host_entry *next;
};

#define HOST_ENTRY_BUCKETS 4096

/* Something that a search came upon. */
struct host_find {
	const char *selector; /* NULL for a gap */
	const char *text;     /* the part, or what is not known */
	struct host_find *next;
};

/* All that one search came upon, so that it need not be repeated for the next use. */
struct host_trail {
	struct host_find *first, **last;
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
	unsigned int use_number;
	size_t visit_count;	  /* of the use under way */
	bool network;		  /* only the network is lost with what is found now */
	struct host_trail *trail; /* where finds are recorded as well; NULL for nowhere */
	void *context;		  /* of who asked for more than what the host needs */
	struct host_entry **entries;
	struct host_device *devices, **last_device;
	struct host_question *questions, **last_question;
	struct host_claim *claims, **last_claim;
	int error; /* -ENOMEM once it has happened: the search is useless then */
};

/*
 * What host_find_needs() does, and more, unless that is NULL, which is called at
 * the end on a host that is at home and finds search->context set.
 */
int search_run(struct host_needs *needs, struct arena *arena, const struct host_roots *roots,
	       void (*more)(struct host_search *search), void *context);

/* Sets the use that later finds are recorded under. The text is not copied. */
void search_begin_use(struct host_search *search, const char *use);

/* Reads a file, or one of /proc; NULL where it cannot be read. */
char *search_read_file(struct host_search *search, const char *path);
char *search_read_proc(struct host_search *search, const char *name);

/*
 * Reads one of /proc whose length grows with the host (mountinfo, swaps, routes),
 * past the limit of other files. Returns NULL where it cannot be read.
 */
char *search_read_table(struct host_search *search, const char *name);

/* Formats into the arena. Gives "" when that is full, and keeps the error. */
const char *search_print(struct host_search *search, const char *format, ...) PRINTF_FORMAT(2, 3);

/*
 * Returns what is remembered under a name; where there is nothing, makes an empty
 * entry if create is set, and returns NULL if not, or when memory is short. kind is
 * static; the name is copied.
 */
struct host_entry *search_entry(struct host_search *search, const char *kind, const char *name,
				bool create);

/*
 * Begins a search whose finds depend on nothing but kind and name. Returns true
 * where it was made before: its finds are added to the use under way, and there
 * is nothing left to do. Else the search has to follow, and then search_keep()
 * with what *entry was set to; that is NULL for a search within another one,
 * which may have left out what the other one had found before.
 */
bool search_recall(struct host_search *search, const char *kind, const char *name,
		   struct host_entry **entry);

/* Ends such a search and keeps its finds. */
void search_keep(struct host_search *search, struct host_entry *entry);

/* Adds a device to what the use under way needs. part is the name of what lies there. */
void search_add_device(struct host_search *search, const char *selector, const char *part);

/* Says that what the use needs could not be found out. */
void search_note_gap(struct host_search *search, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Whether the use under way comes here for the first time; what is anything but a mount point. */
bool search_enter(struct host_search *search, const char *what);

/* host_path.c */

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

/*
 * host_text.c: what was found, in the form of a config file; NULL when memory
 * is short. What is needed and is a network function as well is listed once.
 */
const char *search_text(struct host_search *search);

/* Turns the questions into gaps, each with its uses. */
void search_list_gaps(struct host_search *search, struct host_gap **gaps);

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

/* host_mount.c: remembers mount points, so that finding one takes no look at all mounts. */
void search_index_mounts(struct host_search *search);

/* Does what mountinfo_find() does. */
const struct mount *search_find_mount(struct host_search *search, const char *path);

/* Adds what a mounted file system lies on. */
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

/*
 * Adds what this host is reached by, which is listed as "network": interfaces with a
 * route, an address beyond the link, or named by ip= on the command line, with the
 * ports of bridges and bonds. The addresses of IPv4 are the kernel's, so they count
 * on this machine only, not in another tree.
 */
void search_reach(struct host_search *search, bool is_this_machine);

/* Adds what ip= on the command line names to a use. Returns whether it is there. */
bool search_ip_parameter(struct host_search *search, const char *use);

/* One interface, and what it lies on. Gives false when no PCI device is behind it. */
bool search_interface(struct host_search *search, const char *name);
