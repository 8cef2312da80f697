// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/needs_list.h"
#include "lib/arena.h"
#include "lib/paths.h"
#include "settings/settings.h"

/* The image to be made. Any member may be NULL. */
struct embed_request {
	const char *kernel;  /* its release; NULL for the running kernel's */
	const char *modules; /* its directory of modules; NULL for /lib/modules/RELEASE */
	const char *config;  /* the config file; NULL for /etc/vfio-early.conf */
	const char *root;    /* everything but modules and config is read below this directory */
	bool generic;	     /* for other machines: without this machine's list of needs */
};

/* A file that goes into an image. */
struct embed_file {
	const char *path; /* absolute path in the image */
	const char *text; /* length bytes and a NUL */
	size_t length;
	struct embed_file *next;
};

struct embed_name {
	const char *name;
	struct embed_name *next;
};

/* Files for an image. The arena of embed_collect() owns everything. */
struct embed {
	struct embed_file *config;   /* for CONFIG_PATH, verbatim; NULL for none */
	bool config_unread;	     /* a config was refused, and config stands in for it */
	struct embed_file *host;     /* for HOST_CONFIG_PATH; NULL without a list */
	struct embed_file *modprobe; /* files of modprobe.d about the modules */
	struct embed_name *modules;  /* to load by name, without their dependencies */
	struct host_list needs;	     /* the source of host; zero for a generic image */
	struct settings settings;    /* what config says; its problems are there */
};

/*
 * Collects what an image needs from this host: its config, the files of modprobe.d(5)
 * about the modules, the list of the host's needs (host/needs_list.h) and the names of
 * the modules. A config that does not parse is taken unchanged. In place of one that is
 * refused (settings/config.h) or cannot be read, the image gets a config that says why
 * and stops the taking at boot, because the real one may protect anything. Returns 0,
 * -ENOMEM, or the -errno of a config that was asked for or exists but cannot be read;
 * everything else is then collected too.
 */
int embed_collect(struct embed *embed, struct arena *arena, const struct embed_request *request);
