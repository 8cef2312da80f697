// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What other set-ups of a system say about devices and modules, with file and line. */

#include <stdbool.h>

#include "check/root.h"

enum other_kind {
	OTHER_IDS,	 /* gives devices to a driver: "options vfio-pci ids=10de:1f91" */
	OTHER_BLACKLIST, /* "blacklist nouveau", or "install nouveau /bin/false" */
	OTHER_SOFTDEP,	 /* "softdep nouveau pre: vfio-pci" */
	OTHER_INSTALL,	 /* "install vfio-pci /usr/local/bin/vfio-pci-override.sh" */
	OTHER_PRELOAD,	 /* a list of modules has modules of VFIO */
	OTHER_DRIVERCTL, /* an override of driverctl(8), which binds it after boot */
	OTHER_SCRIPT,	 /* a script writes driver_override: DEVS="0000:01:00.0" */
	OTHER_MACHINE,	 /* a virtual machine has devices */
	OTHER_UNCLEAR,	 /* it may name devices, but cannot be understood */
};

/* One thing that a set-up says. The root's arena owns the texts. */
struct other_line {
	enum other_kind kind;
	const char *file;   /* its path on that system; NULL for the running command line */
	const char *name;   /* of a file of modprobe.d: "vfio.conf" */
	unsigned int first; /* the line's number, from 1; 0 for the whole file */
	unsigned int last;  /* the last one's number, where backslashes join several */
	const char *text;   /* as it is to be shown */
	const char *module; /* that it is about; the driver of driverctl; the name of a machine */
	const char *key;    /* what gives devices: "ids="; "words" for a list in one line */
	const char *value;  /* the devices, as written there; the command of an install line */
	const char *list;   /* the devices as selectors, with blanks between; "" for none */
	const char *why;    /* why it cannot be understood */
	bool packaged;	    /* a package brings the file */
	bool alone;	    /* nothing else is in the line */
	struct other_line *next;
};

struct other_lines {
	const struct root *root;
	struct other_line *first;
	struct other_line **end;
};

void other_open(struct other_lines *lines, const struct root *root);

/* Appends a copy of a line; leaves it out when memory runs out. Returns the copy, or NULL. */
struct other_line *other_add(struct other_lines *lines, const struct other_line *line);

/* Appends a file or a line of it that cannot be understood. */
void other_add_unclear(struct other_lines *lines, const char *file, unsigned int number,
		       const char *why);

/* Returns whether the name begins as those of the modules of VFIO do. */
bool other_is_vfio(const char *module);

/* Returns whether it is a driver that guides tell people to keep away from devices. */
bool other_is_native(const char *module);

/*
 * The parts. Each appends what it finds, in the order of files and lines. What is not
 * there is nothing to find.
 */

/*
 * other_parameter.c: reads a kernel parameter; value is NULL for none. Returns false if it says
 * nothing of this kind. Its module is one of VFIO if there is one, else a driver to keep away;
 * alone says that all of them are of VFIO.
 */
bool other_read_parameter(const struct root *root, const char *key, const char *value,
			  struct other_line *line);

/*
 * other_parameter.c: parameters on the running kernel's command line, and in the files that
 * boot_loader_edit() changes.
 */
void other_find_parameters(struct other_lines *lines, const char *cmdline);

/* other_modprobe.c: returns the devices of a list for another driver as selectors. */
const char *other_selectors(const struct root *root, const char *value);

/* other_modprobe.c: the files of modprobe.d(5) that are not overridden. */
void other_find_modprobe(struct other_lines *lines);

/* other_modules.c: /etc/modules, modules-load.d(5) and the list of initramfs-tools. */
void other_find_modules(struct other_lines *lines);

/* other_modules.c: MODULES of mkinitcpio.conf(5); drivers of dracut.conf(5). */
void other_find_generators(struct other_lines *lines);

/* other_script.c: returns the addresses in a line of a shell, with blanks between. */
const char *other_addresses(const struct root *root, const char *line);

/* other_setup.c: driverctl's overrides. */
void other_find_driverctl(struct other_lines *lines);

/* other_script.c: scripts that write driver_override. */
void other_find_scripts(struct other_lines *lines);

/* other_machine.c: the domains of libvirt, and the machines and mappings of Proxmox VE. */
void other_find_machines(struct other_lines *lines);
