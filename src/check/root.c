// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/beneath.h"
#include "lib/textfile.h"

int root_open(struct root *root, struct arena *arena, const char *path)
{
	*root = (struct root){ .arena = arena, .path = "", .fd = -1 };
	if (!path || !*path || streq(path, "/"))
		return 0;
	root->path = path;
	root->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root->fd < 0 ? -errno : 0;
}

void root_close(struct root *root)
{
	if (root->fd >= 0)
		close(root->fd);
}

const char *root_print(const struct root *root, const char *format, ...)
{
	const char *text;
	va_list arguments;

	va_start(arguments, format);
	text = arena_vprint(root->arena, format, arguments);
	va_end(arguments);
	return text ? text : "";
}

const char *root_path(const struct root *root, const char *path)
{
	char resolved[PATH_MAX];

	if (root->fd < 0)
		return path;
	/* A path that cannot be resolved is not opened. */
	if (beneath_resolve(root->fd, path, resolved))
		return "";
	return root_print(root, "%s/%s", root->path, resolved);
}

int root_read_text(const struct root *root, const char *path, char **text)
{
	return textfile_read(root->arena, root_path(root, path), text);
}

char *root_read(const struct root *root, const char *path)
{
	char *text;

	return root_read_text(root, path, &text) ? NULL : text;
}

bool root_has(const struct root *root, const char *path)
{
	return access(root_path(root, path), F_OK) == 0;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

const char *const *root_list(const struct root *root, const char *path)
{
	static const char *const none[] = { NULL };
	struct dirent **entries;
	int count = scandir(root_path(root, path), &entries, is_visible, alphasort);
	const char **names;

	if (count < 0)
		return none;
	names = arena_allocate(root->arena, (size_t)count + 1, sizeof(*names));
	for (int i = 0; i < count; i++) {
		if (names)
			names[i] = root_print(root, "%s", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (!names)
		return none;
	names[count] = NULL;
	return names;
}

bool root_ends_with(const char *name, const char *tail)
{
	size_t length = strlen(name), wanted = strlen(tail);

	return length > wanted && streq(name + length - wanted, tail);
}
