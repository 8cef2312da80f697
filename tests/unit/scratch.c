// SPDX-License-Identifier: GPL-2.0-or-later
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

void scratch_create(struct scratch *scratch)
{
	const char *directory = getenv("TMPDIR");

	snprintf(scratch->path, sizeof(scratch->path), "%s/vfio-early-unit.XXXXXX",
		 directory ? directory : "/tmp");
	assert_non_null(mkdtemp(scratch->path));
	scratch->fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(scratch->fd >= 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type, (void)place;
	return remove(path);
}

void scratch_remove(struct scratch *scratch)
{
	close(scratch->fd);
	assert_int_equal(nftw(scratch->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void make_parents(const struct scratch *scratch, const char *path)
{
	char parent[256];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		assert_true(mkdirat(scratch->fd, parent, 0755) == 0 || errno == EEXIST);
	}
}

void scratch_write(const struct scratch *scratch, const char *path, const char *text)
{
	int fd;

	make_parents(scratch, path);
	fd = openat(scratch->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void scratch_link(const struct scratch *scratch, const char *path, const char *target)
{
	make_parents(scratch, path);
	assert_int_equal(symlinkat(target, scratch->fd, path), 0);
}

const char *scratch_read(const struct scratch *scratch, const char *path)
{
	static char buffer[65536];
	int fd = openat(scratch->fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return NULL;
	length = read(fd, buffer, sizeof(buffer) - 1);
	assert_true(length >= 0);
	buffer[length] = '\0';
	close(fd);
	return buffer;
}
