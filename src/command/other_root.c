// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/other_root.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/regenerate.h"
#include "lib/arena.h"
#include "lib/process.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"

/* Address space, not memory. */
#define ARENA_SIZE (16 << 20)

/* How long a shell may take to end. */
#define MILLISECONDS 10000

static int complain(const char *command, const char *path, int error)
{
	text_print(stderr, "vfio-early: %s: %s: %s; nothing was changed\n", command, path,
		   strerror(-error));
	return error;
}

/* Returns whether a directory below the root is a mount point. */
static bool is_mounted(struct arena *arena, const char *directory, const char *place)
{
	const char *path = arena_print(arena, "%s%s", directory, place);
	const char *above = arena_print(arena, "%s%s/..", directory, place);
	struct stat status, parent;

	return path && above && !stat(path, &status) && !stat(above, &parent) &&
	       status.st_dev != parent.st_dev;
}

/* Says which file system of a boot loader's a line of fstab(5) has that is not mounted. */
static int check_line(struct arena *arena, const char *directory, const char *command, char *line)
{
	static const char *const places[] = { "/boot", "/efi", "/boot/efi" };
	char *rest, *what = strtok_r(line, " \t", &rest), *place = strtok_r(NULL, " \t", &rest);

	if (!what || *what == '#' || !place)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (!streq(place, places[i]) || is_mounted(arena, directory, place))
			continue;
		text_print(stderr,
			   "vfio-early: %s: %s%s is not mounted, so nothing was changed: mount %s "
			   "%s%s\n",
			   command, directory, place, what, directory, place);
		return -ENOENT;
	}
	return 0;
}

static int check_fstab(struct arena *arena, const char *directory, const char *command)
{
	const char *path = arena_print(arena, "%s/etc/fstab", directory);
	char *text;
	int error = path ? textfile_read(arena, path, &text) : -ENOMEM;

	if (error == -ENOENT)
		return 0;
	for (char *line, *rest = error ? NULL : text; !error && (line = strsep(&rest, "\n"));)
		error = check_line(arena, directory, command, line);
	return error;
}

/* Mounts what programs expect, and changes the root. */
static int enter(struct arena *arena, const char *directory, const char *command)
{
	static const char *const places[] = { "/proc", "/sys", "/dev", "/run" };

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return complain(command, "a mount namespace", -errno);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *path = arena_print(arena, "%s%s", directory, places[i]);

		if (!path)
			return complain(command, directory, -ENOMEM);
		if (mount(places[i], path, NULL, MS_BIND | MS_REC, NULL) < 0)
			return complain(command, path, -errno);
	}
	if (chroot(directory) < 0 || chdir("/") < 0)
		return complain(command, directory, -errno);
	/* It may name a directory of this system. */
	unsetenv("TMPDIR");
	return 0;
}

int other_root_enter(const char *directory, const char *command)
{
	struct arena *arena = arena_create(ARENA_SIZE);
	const char *script = arena ? arena_print(arena, "%s" REGENERATE_SCRIPT, directory) : NULL;
	int error = script ? 0 : complain(command, directory, -ENOMEM);

	if (!error && access(script, F_OK) < 0) {
		error = -errno;
		text_print(stderr,
			   "vfio-early: %s: vfio-early is not installed in %s: mount the system's "
			   "root file system there\n",
			   command, directory);
	}
	if (!error)
		error = check_fstab(arena, directory, command);
	if (!error)
		error = enter(arena, directory, command);
	arena_destroy(arena);
	return error;
}

int other_root_try(void)
{
	char *const arguments[] = { "/bin/sh", "-c", ":", NULL };
	const struct process_program program = { .path = arguments[0],
						 .fd = -1,
						 .arguments = arguments };
	char output[1];

	return process_read_output(&program, MILLISECONDS, output, sizeof(output) - 1);
}
