// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/needs_list.h"
#include "lib/arena.h"
#include "lib/paths.h"
#include "settings/settings.h"

/* The image that is to be made. Any member may be NULL. */
struct embed_request {
	const char *kernel;  /* its version; the running kernel's */
	const char *modules; /* its directory of modules; /lib/modules/VERSION */
	const char *config;  /* the config file to take; /etc/vfio-early.conf */
	const char *root;    /* reads everything but modules and config below this directory */
	bool generic;	     /* the image is for other machines: no list of this one goes in */
};

/* A file that goes into an image. */
struct embed_file {
	const char *path; /* absolute: where it goes in an image */
	const char *text; /* length bytes, and a NUL after them */
	size_t length;
	struct embed_file *next;
};

struct embed_name {
	const char *name;
	struct embed_name *next;
};

/* Files for an image. Everything belongs to the arena that embed_collect() was given. */
struct embed {
	struct embed_file *config;   /* for CONFIG_PATH, verbatim; NULL without one (config.h) */
	bool config_unread;	     /* there is one that was refused: config stands in for it */
	struct embed_file *host;     /* for HOST_CONFIG_PATH; NULL where there is no list */
	struct embed_file *modprobe; /* what modprobe.d says of the modules; any number of files */
	struct embed_name
		*modules;	  /* to be loaded by name; what they depend on is not among them */
	struct host_list needs;	  /* where host comes from; all of it 0 for a generic image */
	struct settings settings; /* what config says: complaints about it are its problems */
};

/*
 * Collects what an image needs from this host: its config, its modprobe.d
 * files (modprobe.d(5)) that say something of the modules, the list of PCI devices
 * that it cannot do without (host_list.h), and the names of the modules. A config that does
 * not parse is taken as it is. For one that is refused (config.h) or cannot be read the image
 * gets a config that says why, which stops the taking at boot: what the other protects is
 * unknown. Returns 0, -ENOMEM, or the -errno of a config that was asked for or is there, but
 * cannot be read; all else is collected then too.
 */
int embed_collect(struct embed *embed, struct arena *arena, const struct embed_request *request);
