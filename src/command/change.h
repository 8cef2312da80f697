// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "command/preview.h"
#include "lib/file_lock.h"
#include "settings/config.h"
#include "settings/config_edit.h"

/* One change of the config file, by set, add or remove. */
struct change {
	const char *command;	 /* its name, for messages */
	struct preview *preview; /* its options; the plan of the new text is made in it */
	enum config_change kind;
	struct config_item *items; /* the command's selectors */
	size_t count;
	const char *path;      /* the config file */
	struct file_lock lock; /* held from reading the file until it is written */
	struct config config;  /* as it is now */
	const char *old, *new; /* its text; the run's arena owns both */
	struct run *run;       /* planned by the new text */
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

/*
 * change_write.c: writes the file, releases the lock and, for this host's config, keeps
 * the list of its needs and rebuilds the images if asked to. If that fails, restores the
 * file. Says on standard error what was done. Returns an exit_code.
 */
int change_write(struct change *change, bool regenerate);
