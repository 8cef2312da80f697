// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What the files of the search for the host's devices share; host.h is what others use. */

#include <stdbool.h>

#include "host/needs.h"
#include "lib/arena.h"
#include "lib/mountinfo.h"
#include "lib/util.h"
#include "machine/sysfs.h"

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

/* The same for a path relative to the host's root directory: "etc/fstab". */
char *search_read_at(struct host_search *search, const char *path);

/* The same, where it is a gap if the file is there but cannot be read. */
char *search_read_needed(struct host_search *search, const char *path);

/*
 * Reads one of /proc whose length grows with the host (mountinfo, swaps, routes),
 * past the limit of other files. Returns NULL where it cannot be read.
 */
char *search_read_table(struct host_search *search, const char *name);

/* Formats into the arena. Returns "" when that is full, and keeps the error. */
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
 * Adds every function on a path of sysfs ("devices/pci0000:00/...") to those
 * that the use needs: the disk's own, and what presents it, as Intel VMD does.
 * Bridges that carry PCI buses are left out, for nothing takes them. What a function on
 * the path goes away with is added too: the physical function of a virtual one
 * (physfn), and the suppliers of its device links (supplier:pci:ADDRESS,
 * Documentation/driver-api/device_link.rst), such as Thunderbolt's controller.
 * part is the name of what lies there. Returns false when none is on the path.
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
 * Reads a link of sysfs to something in its tree of devices, and returns the
 * path from its root; NULL where there is no such link.
 */
const char *search_read_link(struct host_search *search, const char *link);

/* host_storage.c: what a block device with that "major:minor" lies on. */
void search_block(struct host_search *search, const char *number);

/*
 * The same for a device of sysfs that is no block device. Adds nothing where no PCI device is
 * below it; what comes over a network or through NVMe multipath has those there.
 */
void search_device(struct host_search *search, const char *path, const char *name);

/*
 * The same for a block device as it is named in /dev, in fstab(5) or on the
 * kernel command line: a path, UUID=, LABEL=, PARTUUID=, PARTLABEL=.
 */
void search_named_block(struct host_search *search, const char *name);

/*
 * Returns the "major:minor" of such a name, or NULL. Does not look at the device
 * itself.
 */
const char *search_find_number(struct host_search *search, const char *name);

/* Whether a name begins with UUID=, LABEL=, PARTUUID= or PARTLABEL=. */
bool search_is_tag(const char *name);

/*
 * host_volume.c: adds the physical volumes of the group that a volume of LVM is of, where
 * the device at a path of sysfs is one. Those that no volume lies on are found in what
 * pvscan(8) and vgcfgbackup(8) keep.
 */
void search_volume_group(struct host_search *search, const char *path);

/*
 * host_fstab.c: what the host's file systems and its swap lie on: those that it must boot
 * from, those of fstab(5) that its boot waits for (neither noauto nor nofail), mounted or
 * not, and a live system's medium. A file system that comes over the network has the
 * network listed as what the host is reached by, unless the host boots from it.
 */
void search_file_systems(struct host_search *search);

/*
 * host_journal.c: returns the value of an option in a list with commas between, what
 * follows the name where it has none, NULL where it is not there.
 */
const char *search_find_option(const char *options, const char *name);

/* Adds the devices that mount options name: logs, journals, other members. */
void search_option_devices(struct host_search *search, const char *options);

/*
 * Adds the devices that are nothing but a journal of ext3 or ext4 (/proc/fs/jbd2). It is
 * not told of which file system: too many are added rather than too few.
 */
void search_journals(struct host_search *search);

/* host_mount.c: remembers mount points, so that finding one takes no look at all mounts. */
void search_index_mounts(struct host_search *search);

/* Does what mountinfo_find() does. */
const struct mount *search_find_mount(struct host_search *search, const char *path);

/* Adds what a mounted file system lies on. */
void search_mount(struct host_search *search, const struct mount *mount);

/* The same for the file system that holds an absolute path. */
void search_file(struct host_search *search, const char *path);

/* The same for a file system that is described but not mounted; its device is "0:0". */
void search_unmounted(struct host_search *search, const struct mount *mount);

/* Whether a file system of that type comes over the network. */
bool search_is_network_type(const char *type);

/* host_zpool.c: what a ZFS pool lies on, as zpool(8) tells. */
void search_zpool(struct host_search *search, const char *pool);

/* host_keyboard.c: what a passphrase is typed on before / is there. */
void search_keyboard(struct host_search *search, const char *root);

/* Whether the kernel command line has disks unlocked (rd.luks.*, cryptdevice=). */
bool search_cmdline_unlocks(struct host_search *search);

/*
 * host_unlock.c: what disks are unlocked with that the boot waits for: the disk of a key
 * or a header, a FIDO2 key, a smart card, a TPM, the network. It is read from crypttab(5),
 * the command line, and the files of dropbear, tinyssh and clevis, not from the disks.
 */
void search_unlocking(struct host_search *search);

/*
 * host_console.c: the serial ports that the kernel's console is on, or that console= on the
 * command line names.
 */
void search_consoles(struct host_search *search);

/* The watchdogs that are armed, as far as the kernel tells (CONFIG_WATCHDOG_SYSFS). */
void search_watchdogs(struct host_search *search);

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

/* One interface, and what it lies on. Returns false when no PCI device is behind it. */
bool search_interface(struct host_search *search, const char *name);
