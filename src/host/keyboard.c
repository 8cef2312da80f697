// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/search.h"
#include "lib/cmdline.h"
#include "lib/text.h"
#include "lib/util.h"

/*
 * KEY_ESC to KEY_S (linux/input-event-codes.h). udev takes a device with all of these for
 * a keyboard.
 */
#define KEYBOARD_KEYS 0xfffffffeUL

struct keyboards {
	struct host_search *search;
	const char *path; /* of the first keyboard found; NULL for none */
	const char *name;
	bool others; /* keyboards elsewhere */
};

/* Tests as test_key() in udev-builtin-input_id.c does. The last word has the lowest keys. */
static bool is_keyboard(struct host_search *search, const char *input)
{
	const char *path = search_print(search, "class/input/%s/capabilities/key", input);
	char keys[512];
	const char *word;

	if (sysfs_read(&search->sysfs, path, keys, sizeof(keys)) <= 0)
		return false;
	word = strrchr(keys, ' ');
	return (strtoul(word ? word + 1 : keys, NULL, 16) & KEYBOARD_KEYS) == KEYBOARD_KEYS;
}

/* Virtual and wireless keyboards appear only after the root file system is mounted. */
static bool is_late(const char *path)
{
	return strstr(path, "/virtual/") || strstr(path, "/bluetooth/");
}

static int visit_input(void *context, const char *name)
{
	struct keyboards *keyboards = context;
	struct host_search *search = keyboards->search;
	char text[128] = "";
	const char *path;
	size_t length;

	if (!strstarts(name, "input") || !is_keyboard(search, name))
		return 0;
	path = path_read_link(search, search_print(search, "class/input/%s", name));
	if (!path || is_late(path))
		return 0;
	length = path_find_function(path);
	if (keyboards->path) {
		keyboards->others |= length != path_find_function(keyboards->path) ||
				     memcmp(path, keyboards->path, length) != 0;
		return 0;
	}
	sysfs_read(&search->sysfs, search_print(search, "class/input/%s/name", name), text,
		   sizeof(text));
	text_make_printable(text);
	keyboards->path = path;
	keyboards->name = search_print(search, "%s", *text ? text : name);
	return 0;
}

/* Returns whether this name of crypttab(5) is the root file system's. */
static bool is_root(const struct host_search *search, const char *name)
{
	const struct mount *mount = mountinfo_find(search->mounts, "/");

	return mount && strstarts(mount->source, "/dev/mapper/") &&
	       streq(mount->source + strlen("/dev/mapper/"), name);
}

/*
 * Returns whether a line of crypttab(5) asks for a passphrase: it has no key file, or it
 * is for the initramfs, which probably lacks that file.
 */
static bool line_asks(const struct host_search *search, char *line)
{
	char *name = mountinfo_word(&line), *device, *key, *options;
	bool early;

	if (!name || name[0] == '#')
		return false;
	device = mountinfo_word(&line);
	key = mountinfo_word(&line);
	options = mountinfo_word(&line);
	early = options && (strstr(options, "initramfs") || strstr(options, "x-initrd.attach"));
	if (early || is_root(search, name))
		return true;
	if (options && strstr(options, "noauto"))
		return false;
	return device && (!key || streq(key, "none") || streq(key, "-"));
}

static bool crypttab_asks(struct host_search *search, const char *path)
{
	char *text = search_read_file(search, path), *line;

	while ((line = strsep(&text, "\n")))
		if (line_asks(search, line))
			return true;
	return false;
}

bool keyboard_cmdline_unlocks(struct host_search *search)
{
	char *text = search_read_proc(search, "cmdline");
	struct cmdline_token token;
	size_t position = 0;
	bool asks = false;

	while (text && cmdline_next(text, &position, &token)) {
		const char *key = token.key, *value = token.value ? token.value : "";

		/* dracut's and systemd's switches for all disks. */
		if (streq(key, "rd.luks") || streq(key, "luks"))
			asks |= streq(value, "1") || streq(value, "yes");
		else if (strstarts(key, "rd.luks.") || strstarts(key, "luks.") ||
			 streq(key, "cryptdevice"))
			asks = true;
	}
	return asks;
}

void keyboard_add(struct host_search *search, const char *root)
{
	struct keyboards keyboards = { .search = search };

	if (!keyboard_cmdline_unlocks(search) &&
	    !crypttab_asks(search, search_print(search, "%s/etc/crypttab", root)) &&
	    !crypttab_asks(search, search_print(search, "%s/etc/crypttab.initramfs", root)))
		return;
	search_begin_use(search, "typing the passphrase");
	sysfs_list(&search->sysfs, "class/input", visit_input, &keyboards);
	/*
	 * If other keyboards exist elsewhere, such as on the PS/2 port, this one's
	 * controller can go.
	 */
	if (keyboards.path && !keyboards.others)
		path_add(search, keyboards.path, keyboards.name);
}
