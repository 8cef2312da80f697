// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>
#include <time.h>

#include "settings/settings.h"

/*
 * The config file of a running host, for the commands that show it, edit it, or put it
 * into an image. It decides which drivers get which hardware, so its owner and mode are
 * checked. An image is trusted as a whole: boot just reads its files (lib/textfile.h).
 */
struct config {
	const char *path;  /* where the file is, links resolved, if it was found */
	char *text;	   /* NULL if there is no file, or it was refused */
	const char *fault; /* why it was refused; NULL if it was not */
	mode_t mode;
	uid_t owner;
	gid_t group;
	time_t changed; /* time of the last change, if it was read */
};

/*
 * Reads the file at path into settings and keeps its text in their arena, without a byte order
 * mark. Follows a link
 * to a file in the same directory only. Root refuses a file that others own or may write
 * to. A refused file becomes a problem of settings. Returns 0 or -errno.
 */
int config_read(struct config *config, struct settings *settings, const char *path);

/*
 * Reads the file at path into config->text, owned by the arena, by the rules of
 * config_read() but without parsing it. For a refused file leaves config->text NULL and
 * sets *fault to a static reason. Returns 0, -ENOMEM, or the -errno of opening or reading
 * it.
 */
int config_read_text(struct config *config, struct arena *arena, const char *path,
		     const char **fault);

/*
 * Replaces the file that was read by one with this text (lib/file_replace.h), with its
 * owner and mode. Returns 0 or -errno.
 */
int config_replace(const struct config *config, const char *text);
