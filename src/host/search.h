// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Shared by the files of the search for the host's devices. All others include host/needs.h. */

#include <stdbool.h>

#include "host/gap.h"
#include "lib/arena.h"
#include "lib/mountinfo.h"
#include "lib/util.h"
#include "machine/sysfs.h"

struct host_needs;
struct host_roots;

/* How many words of a list are shown; the rest is counted. */
#define HOST_WORDS_MAX 6

/* Names without repetition: mount points or disks, possibly thousands. */
struct host_words {
	const char *words[HOST_WORDS_MAX];
	size_t count; /* including those not kept */
};

/* A PCI function that the host needs. */
struct host_device {
	const char *selector;	 /* its place and id */
	bool network;		 /* only the network needs it: see search->network */
	struct host_words uses;	 /* "/", "/boot" */
	struct host_words parts; /* the disks or interfaces on it: "nvme0n1" */
	struct host_device *next;
};

/* A sentence about what could not be found out, and its uses. */
struct host_question {
	const char *text;
	struct host_words uses;
	struct host_question *next;
};

/* What the search remembers under a name. */
struct host_entry {
	const char *kind; /* the kind of name; each kind has names of its own */
	const char *name;
	const void *value;     /* NULL until something is stored */
	unsigned int last_use; /* number of the last use that came here */
	struct host_entry *next;
};

#define HOST_ENTRY_BUCKETS 4096

/* Something that a search found. */
struct host_find {
	const char *selector; /* NULL for a gap */
	const char *text;     /* the part, or the gap */
	struct host_find *next;
};

/* Everything that one search found, for the next use to repeat. */
struct host_trail {
	struct host_find *first, **last;
};

/* What another tool is set up to take. */
struct host_claim {
	const char *selector;
	const char *claimant; /* "driverctl, ..." */
	struct host_claim *next;
};

/* What a search may still have to look at. */
enum host_step_kind {
	HOST_STEP_BLOCK, /* a block device by number */
	HOST_STEP_NAMED, /* one by name */
	HOST_STEP_MOUNT, /* a mounted file system */
	HOST_STEP_FILE,	 /* the one that holds a path */
	HOST_STEP_POOL,	 /* a ZFS pool */
	HOST_STEP_NETWORK,
	HOST_STEP_KEEP, /* nothing: what was found so far is kept (search_keep()) */
};

struct host_step {
	enum host_step_kind kind;
	const char *name;	   /* the number, name, path or pool */
	const struct mount *mount; /* for HOST_STEP_MOUNT */
	struct host_entry *entry;  /* for HOST_STEP_KEEP */
	struct host_step *next;
};

struct host_search {
	struct arena *arena;
	const char *proc;
	const char *zpool;
	struct sysfs sysfs;
	int root;	      /* an open directory */
	bool at_home;	      /* neither in a chroot nor in a container */
	struct mount *mounts; /* this process's */
	const char *use;      /* the current use: "/boot", "swap" */
	unsigned int use_number;
	size_t visit_count;	  /* of the current use */
	bool network;		  /* only the network needs what is found now */
	struct host_trail *trail; /* also records finds; NULL for nowhere */
	void *context;		  /* for the function more of needs_search() */
	/*
	 * What is still to be looked at for the current use. A step's own steps come before
	 * the others, in their order; search_enter() ends what leads back.
	 */
	struct host_step *steps, **next_step;
	bool walking;
	void (*follow)(struct host_search *search, const struct host_step *step);
	struct host_entry **entries;
	struct host_device *devices, **last_device;
	struct host_question *questions, **last_question;
	struct host_claim *claims, **last_claim;
	int error; /* -ENOMEM once memory ran out; the search is then useless */
};

/*
 * host/needs.c: does what host_find_needs() does. If more is not NULL, calls it at the end on a
 * host that is at home, with search->context set. Returns 0 or -ENOMEM.
 */
int needs_search(struct host_needs *needs, struct arena *arena, const struct host_roots *roots,
		 void (*more)(struct host_search *search), void *context);

/* Sets the use that later finds are recorded under. The text is not copied. */
void search_begin_use(struct host_search *search, const char *use);

/* Reads a file, or one of /proc. Returns NULL if it cannot be read. */
char *search_read_file(struct host_search *search, const char *path);
char *search_read_proc(struct host_search *search, const char *name);

/* Like search_read_file() for a path relative to the host's root: "etc/fstab". */
char *search_read_at(struct host_search *search, const char *path);

/* Like search_read_at(), but records a gap if the file exists and cannot be read. */
char *search_read_needed(struct host_search *search, const char *path);

/*
 * Reads a file of /proc that grows with the host (mountinfo, swaps, routes), past the
 * limit of other files. Returns NULL if it cannot be read.
 */
char *search_read_table(struct host_search *search, const char *name);

/* Formats into the arena. When memory runs out, returns "" and sets the error. */
const char *search_print(struct host_search *search, const char *format, ...) PRINTF_FORMAT(2, 3);

/*
 * Returns the entry of a name. Without one, makes an empty entry if create is set, else
 * returns NULL; also returns NULL when memory runs out. kind is static, name is copied.
 */
struct host_entry *search_entry(struct host_search *search, const char *kind, const char *name,
				bool create);

/*
 * Begins a search whose finds depend only on kind and name. Returns true if it was made
 * before: its finds are added to the current use, and nothing is left to do. Otherwise
 * the caller searches and then calls search_keep() with *entry. *entry is NULL for a
 * search within another one, which may leave out what the outer one has found.
 */
bool search_recall(struct host_search *search, const char *kind, const char *name,
		   struct host_entry **entry);

/* Ends such a search, once its steps are done, and stores its finds. */
void search_keep(struct host_search *search, struct host_entry *entry);

/* Adds a device to the current use's needs. part is the name of what is on the device. */
void search_add_device(struct host_search *search, const char *selector, const char *part);

/* Records that a need of the current use could not be found out. */
void search_note_gap(struct host_search *search, const char *format, ...) PRINTF_FORMAT(2, 3);

/*
 * Each of these has something looked at for the current use: at once, or during a step
 * after it, by the file that needs.c names. A block device's number is "major:minor". Its
 * name is one as in /dev, fstab(5) or on the kernel command line: a path, UUID=, LABEL=,
 * PARTUUID= or PARTLABEL=. A file is an absolute path, and its file system is looked at.
 */
void search_block(struct host_search *search, const char *number);
void search_named_block(struct host_search *search, const char *name);
void search_mount(struct host_search *search, const struct mount *mount);
void search_file(struct host_search *search, const char *path);
void search_zpool(struct host_search *search, const char *pool);
void search_network(struct host_search *search);

/* Returns whether the current use comes here for the first time; what is not a mount point. */
bool search_enter(struct host_search *search, const char *what);

/*
 * host/path.c: adds the functions on a path of sysfs ("devices/pci0000:00/...") to the
 * current use's needs: the disk's own and whatever presents it, such as Intel VMD. Leaves
 * out bridges to PCI buses, which nothing takes. Also adds what these functions depend
 * on: a virtual function's physical one (physfn), and the suppliers of device links
 * (supplier:pci:ADDRESS, Documentation/driver-api/device_link.rst), such as a Thunderbolt
 * controller. part is the name of what is on the device. Returns false if the path has no
 * function.
 */
bool path_add(struct host_search *search, const char *path, const char *part);

/* Returns the length of a path of sysfs up to its last PCI function; 0 for none. */
size_t path_find_function(const char *path);

/*
 * Returns the target of a link in sysfs, as a path from sysfs' root; NULL if there is no
 * such link.
 */
const char *path_read_link(struct host_search *search, const char *link);

/*
 * host/needs_text.c: returns what was found, as a config file; NULL when memory runs out.
 * A function that is needed and also carries the network is listed once.
 */
const char *needs_text_make(struct host_search *search);

/* Turns the questions into gaps, each with its uses. */
void needs_text_list_gaps(struct host_search *search, struct host_gap **gaps);

/* host/storage.c: adds what the block device "major:minor" is on, for search_block(). */
void storage_add_block(struct host_search *search, const char *number);

/* The same for a device by name, for search_named_block(). */
void storage_add_named(struct host_search *search, const char *name);

/*
 * Like storage_add_block() for a device that is no block device. Adds nothing if no PCI device
 * is above it, except for a network or NVMe multipath.
 */
void storage_add_device(struct host_search *search, const char *path, const char *name);

/*
 * host/block_name.c: returns the "major:minor" of a name (search_named_block()), or NULL.
 * Does not open the device.
 */
const char *block_name_find_number(struct host_search *search, const char *name);

/* Returns whether a name begins with UUID=, LABEL=, PARTUUID= or PARTLABEL=. */
bool block_name_is_tag(const char *name);

/*
 * host/volume.c: if the device at a path of sysfs is an LVM volume, adds all physical
 * volumes of its group. Those without a logical volume are found in the files of
 * pvscan(8) and vgcfgbackup(8).
 */
void volume_add_group(struct host_search *search, const char *path);

/*
 * host/fstab.c: adds what the host's file systems and swap are on: those it boots from,
 * those of fstab(5) that the boot waits for (neither noauto nor nofail), mounted or not,
 * and a live system's medium. For a network file system the network counts as what the
 * host is reached by, unless the host boots from it.
 */
void fstab_add(struct host_search *search);

/*
 * host/journal.c: returns the value of an option in a comma-separated list; the text
 * after the name if it has no value; NULL if it is missing.
 */
const char *journal_find_option(const char *options, const char *name);

/* Adds the devices in mount options: logs, journals, other members. */
void journal_add_options(struct host_search *search, const char *options);

/*
 * Adds devices that are only a journal of ext3 or ext4 (/proc/fs/jbd2). Whose is not
 * told, so too many may be added.
 */
void journal_add(struct host_search *search);

/* host/mount.c: indexes the mount points, so that finding one does not visit all. */
void mount_index(struct host_search *search);

/* Does what mountinfo_find() does, by that index. */
const struct mount *mount_find(struct host_search *search, const char *path);

/* Adds what a mounted file system is on, for search_mount(). */
void mount_add(struct host_search *search, const struct mount *mount);

/* The same for the file system that holds an absolute path, for search_file(). */
void mount_add_file(struct host_search *search, const char *path);

/* Like mount_add() for a file system that is not mounted; its device is "0:0". */
void mount_add_unmounted(struct host_search *search, const struct mount *mount);

/* Returns whether file systems of this type are on a network. */
bool mount_is_network_type(const char *type);

/* host/zpool.c: adds what a ZFS pool is on, by zpool(8), for search_zpool(). */
void zpool_add(struct host_search *search, const char *pool);

/* host/keyboard.c: adds the only keyboard if a passphrase must be typed before / is mounted. */
void keyboard_add(struct host_search *search, const char *root);

/* Returns whether the kernel command line unlocks disks (rd.luks.*, cryptdevice=). */
bool keyboard_cmdline_unlocks(struct host_search *search);

/*
 * host/unlock.c: adds what unlocks the disks that the boot waits for: the disk of a key
 * or header, a FIDO2 key, a smart card, a TPM, the network. Reads crypttab(5), the
 * command line and the files of dropbear, tinyssh and clevis, not the disks.
 */
void unlock_add(struct host_search *search);

/*
 * host/console.c: adds the serial ports of the kernel's consoles, and of console= on the
 * command line.
 */
void console_add(struct host_search *search);

/* Adds armed watchdogs, as far as the kernel shows them (CONFIG_WATCHDOG_SYSFS). */
void console_add_watchdogs(struct host_search *search);

/*
 * host/claims.c: records what driverctl and modprobe.d give to vfio-pci, pci-stub or
 * xen-pciback.
 */
void claims_add(struct host_search *search, const char *root);

/*
 * host/network.c: adds every interface with a route, for search_network(). Records a gap
 * if there is none.
 */
void network_add(struct host_search *search);

/* Like network_add(), but returns false if there is none. */
bool network_add_routes(struct host_search *search);

/*
 * Adds what this host is reached by, listed as "network": interfaces with a route, an
 * address beyond link-local, or named by ip= on the command line, with the ports of
 * bridges and bonds. IPv4 addresses come from the running kernel, so they count on this
 * machine only.
 */
void network_add_reach(struct host_search *search, bool is_this_machine);

/* Adds the interface of ip= on the command line to a use. Returns whether there is one. */
bool network_add_ip_parameter(struct host_search *search, const char *use);

/* Adds what one interface is on. Returns false if no PCI device is below it. */
bool network_add_interface(struct host_search *search, const char *name);
