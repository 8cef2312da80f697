// SPDX-License-Identifier: GPL-2.0-or-later
#include "open_files.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "sysfs.h"
#include "util.h"

struct listing {
	struct sysfs proc; /* any directory will do */
	int (*function)(void *context, const struct open_file *file);
	void *context;
	const char *pid;
};

static int visit_file(void *context, const char *name)
{
	struct listing *listing = context;
	char link[64], path[PATH_MAX];
	struct open_file file = { listing->pid, path };

	snprintf(link, sizeof(link), "%s/fd/%s", listing->pid, name);
	if (sysfs_read_link(&listing->proc, link, path, sizeof(path)) <= 0 ||
	    strncmp(path, "/dev/", strlen("/dev/")) != 0)
		return 0;
	return listing->function(listing->context, &file);
}

static int visit_process(void *context, const char *name)
{
	struct listing *listing = context;
	char directory[64];
	int result;

	if (name[strspn(name, "0123456789")] || strlen(name) > 20)
		return 0;
	snprintf(directory, sizeof(directory), "%s/fd", name);
	listing->pid = name;
	result = sysfs_list(&listing->proc, directory, visit_file, listing);
	/* One that has ended meanwhile, or is somebody else's. */
	return result < 0 ? 0 : result;
}

int open_files_list(const char *proc, int (*function)(void *context, const struct open_file *file),
		    void *context)
{
	struct listing listing = { .function = function, .context = context };
	int result = sysfs_open(&listing.proc, proc);

	if (result)
		return result;
	result = sysfs_list(&listing.proc, ".", visit_process, &listing);
	sysfs_close(&listing.proc);
	return result;
}

const char *open_file_owner(struct arena *arena, const char *proc, const char *pid)
{
	char path[PATH_MAX], *name;

	snprintf(path, sizeof(path), "%s/%s/comm", proc, pid);
	if (input_read(arena, path, &name))
		return arena_print(arena, "pid %s", pid);
	name[strcspn(name, "\n")] = '\0';
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '#' || *c == ',')
			*c = '?';
	return arena_print(arena, "%s (pid %s)", name, pid);
}
