// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"

/* A file of modprobe.d(5). */
struct modprobe_file {
	const char *path; /* on the host: "/etc/modprobe.d/vfio.conf" */
	const char *name; /* "vfio.conf" */
	char *text;
	struct modprobe_file *hidden; /* of the same name, unread by kmod because of this one */
	struct modprobe_file *next;
};

/* The directory whose files come before those of their name in any other. */
#define MODPROBE_CONF_DIRECTORY "/etc/modprobe.d"

/*
 * Reads the files of the five directories that kmod reads, and lists them in the order in which
 * kmod does (conf_files_list() of libkmod/libkmod-config.c). A file that cannot be read is left
 * out. locate() returns where a path of the host is on this system, or NULL when memory is short.
 * *files is of the arena, NULL where there are none. Returns 0 or -ENOMEM.
 */
int modprobe_conf_read(struct arena *arena, const char *(*locate)(void *context, const char *path),
		       void *context, struct modprobe_file **files);

/* A line of such a file, or several that backslashes make one. */
struct modprobe_line {
	char *text;	     /* without the line's end */
	unsigned int number; /* from 1 */
	unsigned int last;   /* number of the last one of several; the same as number for one */
};

/*
 * Cuts the next line off *text, which this changes; *line is zeroed before the first. A backslash
 * joins a line to the next as it stands (freadline_wrapped() of libkmod/libkmod-util.c). Returns
 * false at the end of the text.
 */
bool modprobe_conf_next_line(char **text, struct modprobe_line *line);
