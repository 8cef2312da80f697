// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/needs_list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/beneath.h"
#include "lib/file_lock.h"
#include "lib/text.h"
#include "lib/util.h"
#include "settings/config.h"
#include "settings/settings.h"

/* Returns the path of the kept list. Below a root other than "" no link leads out of it. */
static const char *find_path(struct arena *arena, const char *root)
{
	char resolved[PATH_MAX];
	int fd, error;

	if (!*root)
		return HOST_LIST_PATH;
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return "";
	error = beneath_resolve(fd, HOST_LIST_PATH, resolved);
	close(fd);
	return error ? "" : arena_print(arena, "%s/%s", root, resolved);
}

/* Sets *fault to the reason why a list's text is bad, or NULL. Returns 0 or -ENOMEM. */
static int find_fault(const char *text, struct arena *arena, const char **fault)
{
	struct settings settings;
	int error;

	*fault = NULL;
	/* An empty file protects nothing, and was not made by looking. */
	if (strncmp(text, SETTINGS_HOST_HEADING, strlen(SETTINGS_HOST_HEADING)) != 0) {
		*fault = "its first line is not that of vfio-early";
		return 0;
	}
	settings_init(&settings, arena);
	error = settings_read_host(&settings, HOST_LIST_PATH, text);
	if (!error && settings.problems)
		*fault = arena_print(arena, "line %u: %s", settings.problems->origin.line,
				     settings.problems->text);
	return error || (settings.problems && !*fault) ? -ENOMEM : 0;
}

static const char *date_of(struct arena *arena, time_t seconds)
{
	struct tm time = { 0 };

	/* A chroot rarely has the outer system's time zone. */
	gmtime_r(&seconds, &time);
	return arena_print(arena, "%d-%02d-%02d %02d:%02d UTC", time.tm_year + 1900,
			   time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min);
}

static int read_kept(struct host_list *list, struct arena *arena, const char *root)
{
	const char *path = find_path(arena, root);
	struct config config;
	int error = path ? config_read_text(&config, arena, path, &list->fault) : -ENOMEM;

	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	if (error && error != -ENOMEM) {
		list->fault = strerror(-error);
		return 0;
	}
	if (!error && !list->fault)
		error = find_fault(config.text, arena, &list->fault);
	if (error || list->fault)
		return error;
	list->source = HOST_LIST_KEPT;
	list->text = config.text;
	list->date = date_of(arena, config.changed);
	return list->date ? 0 : -ENOMEM;
}

int host_list_read(struct host_list *list, struct arena *arena, const struct host_roots *roots)
{
	struct host_needs needs;
	int error = host_find_needs(&needs, arena, roots);

	*list = (struct host_list){ 0 };
	if (error)
		return error;
	if (!needs.text)
		return read_kept(list, arena, roots->root ? roots->root : "");
	list->source = HOST_LIST_FOUND;
	list->text = needs.text;
	list->gaps = needs.gaps;
	return 0;
}

/* Keeps the list while holding the lock. Returns 0 or -errno. */
static int keep(const struct host_list *list, struct arena *arena)
{
	struct config config = { 0 };
	const char *fault;
	int error = config_read_text(&config, arena, HOST_LIST_PATH, &fault);

	if (error == -ENOMEM)
		return error;
	if (!error && !fault && streq(config.text, list->text))
		return 0;
	if (mkdir(HOST_LIST_DIRECTORY, 0755) < 0 && errno != EEXIST)
		return -errno;
	/* Replaces any file, whoever owns it. */
	config = (struct config){ .path = HOST_LIST_PATH, .mode = 0644 };
	return config_replace(&config, list->text);
}

int host_list_keep(const struct host_list *list, struct arena *arena)
{
	struct deadline deadline = deadline_after(FILE_LOCK_MILLISECONDS);
	struct file_lock lock;
	int error;

	if (list->source != HOST_LIST_FOUND || geteuid() != 0)
		return 0;
	error = file_lock_take(&lock, HOST_LIST_PATH, &deadline);
	if (error)
		return error;
	error = keep(list, arena);
	file_lock_release(&lock);
	return error;
}

void host_list_keep_or_say(const struct host_list *list, struct arena *arena)
{
	int error = host_list_keep(list, arena);

	if (error)
		text_print(stderr,
			   "vfio-early: " HOST_LIST_PATH
			   ": could not save what this host needs: %s\n",
			   strerror(-error));
}

void host_list_keep_now(struct arena *arena)
{
	const struct host_roots roots = { 0 };
	struct host_list list;

	if (!host_list_read(&list, arena, &roots))
		host_list_keep_or_say(&list, arena);
}

void host_list_say(const struct host_list *list)
{
	for (const struct host_gap *gap = list->gaps; gap; gap = gap->next)
		text_print(stderr, "vfio-early: could not find out what the host needs: %s\n",
			   gap->text);
	if (list->fault)
		text_print(stderr, "vfio-early: " HOST_LIST_PATH ": not used: %s\n", list->fault);
	if (list->source == HOST_LIST_KEPT)
		text_print(stderr,
			   "vfio-early: this is not the running system: using its list of needed "
			   "devices of %s (" HOST_LIST_PATH ")\n",
			   list->date);
	else if (list->source == HOST_LIST_NONE)
		text_print(stderr,
			   "vfio-early: WARNING: this is not the running system, and it has no "
			   "list of needed devices (" HOST_LIST_PATH
			   "): storage and network devices are taken only by address or path, and "
			   "the host may need one of those; once it runs: vfio-early regenerate\n");
}
