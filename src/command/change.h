// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "command/changeset.h"
#include "command/preview.h"
#include "lib/file_lock.h"
#include "settings/config.h"
#include "settings/config_edit.h"

/* How to make a change. */
struct change_options {
	bool dry_run;
	bool yes;
	bool no_parameters;
	bool no_regenerate;
};

/* Their rows of an option table (options.h), for a struct options with a member how. */
#define CHANGE_OPTIONS                                                                  \
	{ .name = "dry-run",                                                            \
	  .help = "show what would change, and change nothing",                         \
	  .offset = offsetof(struct options, how.dry_run) },                            \
		{ .name = "yes",                                                        \
		  .help = "do not ask, as in a script",                                 \
		  .offset = offsetof(struct options, how.yes) },                        \
		{ .name = "no-parameters",                                              \
		  .help = "do not change the kernel's parameters in the boot loader",   \
		  .offset = offsetof(struct options, how.no_parameters) },              \
	{                                                                               \
		.name = "no-regenerate", .help = "do not rebuild the initramfs images", \
		.offset = offsetof(struct options, how.no_regenerate)                   \
	}

/* One change of the config file, by set, add or remove, or of the profile in preview. */
struct change {
	const char *command;	 /* its name, for messages */
	struct preview *preview; /* its options; the plan of the new text is made in it */
	enum config_change kind;
	struct config_item *items; /* the command's selectors */
	size_t count;
	const char *path;	       /* the config file */
	struct file_lock lock;	       /* held from reading the file until it is written */
	struct config config;	       /* as it is now */
	const char *old, *new;	       /* its text; the run's arena owns both */
	struct run *run;	       /* planned by the new text */
	const char *typed, *typed_yes; /* the command with its selectors, and with --yes */
	const char *parameter; /* the kernel parameter that the next boot needs; NULL for none */
	struct changeset set;  /* what changes on this host; empty for another machine's config */
	unsigned int record;   /* its number in change_record.h; 0 for none */
};

/* Says on standard error what did not parse. */
void change_say_problems(const struct run *run);

/*
 * Reads the file as it is. Says on standard error what is wrong with it. Returns 0 or
 * -errno.
 */
int change_read(struct change *change);

/*
 * Makes the new text, and notes which items the file has. An item to remove is also found
 * by the devices that it picks. Returns 0 or -errno.
 */
int change_edit(struct change *change);

/*
 * Plans by the new text, as boot would, but without devs and members of the kernel
 * command line, which would override the file, and its rescue switch. If groups were
 * pinned, pins those that the new text takes. Returns 0 or -errno.
 */
int change_plan(struct change *change);

/* Says on standard error what on the kernel command line keeps the new text from counting. */
void change_warn(const struct change *change);

/* Returns whether it is this host's config, which goes into its images. */
bool change_is_of_host(const struct change *change);

/*
 * Finds out what changes on this host: the config and, if parameters is set, what gives the
 * next boot the kernel parameter that it needs. Says on standard error what cannot be
 * changed. Returns 0 or -ENOMEM.
 */
int change_gather(struct change *change, bool parameters);

/*
 * change_write.c: writes the file, releases the lock and, for this host's config, keeps
 * the list of its needs, changes the boot loader's files and rebuilds the images if asked to.
 * If that fails, restores all files. Keeps what undo needs. Says on standard error what was
 * done. Returns an exit_code.
 */
int change_write(struct change *change, bool regenerate);

/*
 * change_write.c: asks whether to do what was shown, unless yes is set or nothing changes on
 * this host. Nobody waits for the lock meanwhile. Returns EXIT_DONE to go on; otherwise says on
 * standard error why not and returns another exit_code.
 */
int change_confirm(struct change *change, bool yes);

/*
 * change_carry_out.c: the whole change that these words ask for: plans it, shows it, asks, writes
 * it and rebuilds the images. Says on standard error what is wrong, and what is left to do. Returns
 * an exit_code.
 */
int change_carry_out(struct change *change, const struct change_options *options, int count,
		     char *const *words);
