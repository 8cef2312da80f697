// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* An empty directory for a test, made below $TMPDIR and removed with all in it. */
struct scratch {
	char path[128];
	int fd;
};

void scratch_create(struct scratch *scratch);
void scratch_remove(struct scratch *scratch);

/* Makes a file with that text, and the directories on the way to it. */
void scratch_write(const struct scratch *scratch, const char *path, const char *text);

/* Makes a symbolic link, and the directories on the way to it. */
void scratch_link(const struct scratch *scratch, const char *path, const char *target);

/* Reads a file into a static buffer; NULL where there is none. */
const char *scratch_read(const struct scratch *scratch, const char *path);
