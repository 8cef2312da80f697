// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"

/* A file of modprobe.d(5). */
struct modprobe_file {
	const char *path; /* on the host: "/etc/modprobe.d/vfio.conf" */
	const char *name; /* "vfio.conf" */
	char *text;
	struct modprobe_file
		*hidden; /* a file of the same name that this one overrides; NULL for none */
	struct modprobe_file *next;
};

/* Files here override those of the same name in all other directories. */
#define MODPROBE_CONF_DIRECTORY "/etc/modprobe.d"

/*
 * The directories that kmod reads, in kmod's order (conf_files_list() in
 * libkmod/libkmod-config.c): a file overrides those of the same name in later ones. NULL follows
 * the last.
 */
extern const char *const modprobe_conf_directories[];

/*
 * Reads the files of these directories. Leaves out a file that cannot be read. locate() returns
 * where a path of the host is on this system, or NULL when memory runs out. The arena owns *files,
 * which is NULL if there are none. Returns 0 or -ENOMEM.
 */
int modprobe_conf_read(struct arena *arena, const char *(*locate)(void *context, const char *path),
		       void *context, struct modprobe_file **files);

/* A line of such a file, or several lines that backslashes join. */
struct modprobe_line {
	char *text;	     /* without the line's end */
	unsigned int number; /* from 1 */
	unsigned int last;   /* number of the last one of several; the same as number for one */
};

/*
 * Cuts the next line off *text and changes the text. The caller zeroes *line before the first
 * call. A backslash at its end joins a line to the next (freadline_wrapped() in
 * libkmod/libkmod-util.c). Returns false at the end of the text.
 */
bool modprobe_conf_next_line(char **text, struct modprobe_line *line);
