// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>
#include <time.h>

#include "settings/settings.h"

/*
 * The config file of a running host, which decides what drivers get what
 * hardware: for the commands that show it, write it, or put it into an image. What is in
 * an image is as good as the image, and boot just reads it (input.h).
 */
struct config {
	const char *path;  /* where the file is, no link, if it was found */
	char *text;	   /* NULL where there is none, or it was refused */
	const char *fault; /* why it was refused; NULL where it was not */
	mode_t mode;
	uid_t owner;
	gid_t group;
	time_t changed; /* when it last was, if it was read */
};

/*
 * Reads the file at path into settings, and keeps its text, in their arena. A
 * link is followed to a file beside it, but no further. Root takes no file that
 * others own or may write to. What is refused becomes a problem of settings.
 * Returns 0 or -errno.
 */
int config_read(struct config *config, struct settings *settings, const char *path);

/*
 * Reads the file at path into config->text, of the arena, by the rules of
 * config_read(), without what it says being parsed. A file that those refuse leaves
 * config->text NULL and *fault with the reason, which is static. Returns 0, -ENOMEM,
 * or the -errno of opening or reading it.
 */
int config_read_text(struct config *config, struct arena *arena, const char *path,
		     const char **fault);

/*
 * Puts a file with this text in the place of the one that was read (file_replace.h),
 * with its owner and mode. Returns 0 or -errno.
 */
int config_replace(const struct config *config, const char *text);
