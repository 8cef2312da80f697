// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* An empty directory below $TMPDIR, removed with its contents after the test. */
struct scratch {
	char path[128];
	int fd;
};

void scratch_create(struct scratch *scratch);
void scratch_remove(struct scratch *scratch);

/* Writes a file and makes its parent directories. */
void scratch_write(const struct scratch *scratch, const char *path, const char *text);

/* Makes a symbolic link and its parent directories. */
void scratch_link(const struct scratch *scratch, const char *path, const char *target);

/* Reads a file into a static buffer. Returns NULL if there is none. */
const char *scratch_read(const struct scratch *scratch, const char *path);
