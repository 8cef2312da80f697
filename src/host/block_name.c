// SPDX-License-Identifier: GPL-2.0-or-later
/* The names that block devices have in /dev, fstab(5) and on the kernel command line. */
#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "host/search.h"
#include "lib/beneath.h"
#include "lib/util.h"

/*
 * Returns udev's link for a tag (60-persistent-storage.rules). It keeps some characters
 * and writes the others as "\x20".
 */
static const char *tag_path(struct host_search *search, const char *directory, const char *value,
			    bool lower)
{
	const char *path = search_print(search, "dev/disk/%s/", directory);
	size_t length = strlen(value), quoted = length > 1 && value[0] == '"';

	for (size_t i = quoted; i < length - quoted; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c >= 0x80 || isalnum(c) || strchr("#+-.:=@_", c))
			path = search_print(search, "%s%c", path, lower ? tolower(c) : c);
		else
			path = search_print(search, "%s\\x%02x", path, c);
	}
	return path;
}

static const struct {
	const char *name, *directory;
} tags[] = {
	{ "UUID=", "by-uuid" },
	{ "LABEL=", "by-label" },
	{ "PARTUUID=", "by-partuuid" },
	{ "PARTLABEL=", "by-partlabel" },
};

bool block_name_is_tag(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (strstarts(name, tags[i].name))
			return true;
	return false;
}

/* Returns the path in /dev of a named block device; NULL for other names. */
static const char *name_to_path(struct host_search *search, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (strstarts(name, tags[i].name))
			return tag_path(search, tags[i].directory, name + strlen(tags[i].name),
					streq(tags[i].name, "PARTUUID="));
	return strstarts(name, "/dev/") ? name : NULL;
}

static bool is_number(const char *name)
{
	size_t major = strspn(name, "0123456789");

	return major && name[major] == ':' && name[major + 1] &&
	       !name[major + 1 + strspn(name + major + 1, "0123456789")];
}

const char *block_name_find_number(struct host_search *search, const char *name)
{
	const char *path = name_to_path(search, name);
	char resolved[PATH_MAX], number[32];
	struct stat status;

	if (is_number(name))
		return name;
	if (!path || beneath_resolve(search->root, path, resolved) || !strstarts(resolved, "dev/"))
		return NULL;
	if (fstatat(search->root, resolved, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL;
	if (S_ISBLK(status.st_mode))
		return search_print(search, "%u:%u", major(status.st_rdev), minor(status.st_rdev));
	/* Another machine's /dev has only names. Names in sysfs have '!' for '/'. */
	for (char *c = resolved + strlen("dev/"); *c; c++)
		if (*c == '/')
			*c = '!';
	path = search_print(search, "class/block/%s/dev", resolved + strlen("dev/"));
	if (sysfs_read(&search->sysfs, path, number, sizeof(number)) <= 0)
		return NULL;
	return search_print(search, "%s", number);
}
