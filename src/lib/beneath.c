// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file_replace.h"
#include "lib/util.h"

/* The kernel's limit (MAXSYMLINKS, include/linux/namei.h). */
#define LINKS_MAX 40

/*
 * Appends one component, or removes the last for "..". text is relative, "" is the root.
 * Returns false when text is full.
 */
static bool step(char text[static PATH_MAX], const char *name, size_t length)
{
	size_t used = strlen(text);
	char *slash;

	if (length == 0 || (length == 1 && name[0] == '.'))
		return true;
	if (length == 2 && memcmp(name, "..", 2) == 0) {
		slash = strrchr(text, '/');
		*(slash ? slash : text) = '\0';
		return true;
	}
	if (used + length + 2 > PATH_MAX)
		return false;
	if (used)
		text[used++] = '/';
	memcpy(text + used, name, length);
	text[used + length] = '\0';
	return true;
}

/* Puts the link's target before the rest of the path. Returns 0 or -ENAMETOOLONG. */
static int follow(char *resolved, const char *target, size_t length, const char **rest,
		  char buffer[static PATH_MAX])
{
	size_t left = strlen(*rest);

	if (length + left + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	/* The rest may already lie in the buffer. */
	memmove(buffer + length + 1, *rest, left + 1);
	memcpy(buffer, target, length);
	buffer[length] = '/';
	*rest = buffer;
	if (target[0] == '/')
		resolved[0] = '\0';
	else
		step(resolved, "..", 2);
	return 0;
}

int beneath_resolve(int root, const char *path, char resolved[static PATH_MAX])
{
	char buffer[PATH_MAX], target[PATH_MAX];
	unsigned int links = 0;
	int error = 0;

	resolved[0] = '\0';
	while (!error && *path) {
		size_t end = strcspn(path, "/");
		ssize_t length = -1;

		if (!step(resolved, path, end))
			return -ENAMETOOLONG;
		path += end + (path[end] == '/');
		if (resolved[0])
			length = readlinkat(root, resolved, target, sizeof(target));
		if (length == sizeof(target))
			return -ENAMETOOLONG;
		if (length > 0 && ++links > LINKS_MAX)
			return -ELOOP;
		if (length > 0)
			error = follow(resolved, target, (size_t)length, &path, buffer);
	}
	if (!error && !resolved[0])
		strcpy(resolved, ".");
	return error;
}

/* Makes a directory and its missing parents. No component is a link. Returns 0 or -errno. */
static int make_directories(int root, char *path)
{
	int error = 0;

	for (char *slash = path; slash && !error;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdirat(root, path, 0755) < 0 && errno != EEXIST)
			error = -errno;
		if (slash)
			*slash = '/';
	}
	return error;
}

int beneath_write(int root, const char *path, const char *text, size_t length)
{
	const char *name = strrchr(path, '/');
	char directory[PATH_MAX], resolved[PATH_MAX], place[PATH_MAX];
	struct file_replace file;
	int error;

	name = name ? name + 1 : path;
	if (snprintf(directory, sizeof(directory), "%.*s", (int)(name - path), path) >= PATH_MAX)
		return -ENAMETOOLONG;
	error = beneath_resolve(root, directory, resolved);
	if (!error)
		error = make_directories(root, resolved);
	if (error)
		return error;
	if (snprintf(place, sizeof(place), "%s/%s", resolved, name) >= PATH_MAX)
		return -ENAMETOOLONG;
	error = file_replace_begin(&file, root, place);
	if (error)
		return error;
	file.mode = 0644;
	file.owner = geteuid();
	file.group = getegid();
	/* Whoever turns the tree into an image syncs the image. */
	file.lazy = true;
	return file_replace_finish(&file, text, length);
}
