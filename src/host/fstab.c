// SPDX-License-Identifier: GPL-2.0-or-later
/* The file systems and swap that the host needs to come up. */
#include <errno.h>
#include <string.h>

#include "host/search.h"
#include "lib/text.h"

/*
 * Mount points that the host boots from, even with noauto in fstab(5), as boot partitions
 * often have. NixOS has /nix in place of /usr.
 */
static const char *const boot_points[] = {
	"/", "/usr", "/nix", "/boot", "/efi", "/boot/efi", "/boot/firmware",
};

/* Where a live system mounts its medium, which has the layers of /. */
static const char *const live_points[] = {
	"/run/live/medium",
	"/run/live/findiso",
	"/lib/live/mount/medium",
	"/run/initramfs/live",
	"/run/initramfs/isoscan",
	"/run/archiso/bootmnt",
	"/run/archiso/img_dev",
	"/run/miso/bootmnt",
	"/run/overlay/live",
	"/cdrom",
	"/isodevice",
	"/iso",
};

/* A line of fstab(5), without escapes. */
struct line {
	const char *source;
	const char *point;
	const char *type;
	const char *options;
	struct line *next;
};

/* Removes slashes at the end of a mount point. */
static void cut_slashes(char *point)
{
	size_t length = strlen(point);

	while (length > 1 && point[length - 1] == '/')
		point[--length] = '\0';
}

static struct line *read_fstab(struct host_search *search)
{
	char *text = search_read_needed(search, "etc/fstab"), *rest;
	struct line *first = NULL, **last = &first;

	while ((rest = strsep(&text, "\n"))) {
		char *words[4];
		size_t count = 0;
		struct line *line;

		while (count < ARRAY_SIZE(words) && (words[count] = mountinfo_word(&rest)))
			mountinfo_unescape(words[count++]);
		if (count < 3 || words[0][0] == '#')
			continue;
		line = arena_allocate(search->arena, 1, sizeof(*line));
		if (!line) {
			search->error = -ENOMEM;
			break;
		}
		cut_slashes(words[1]);
		*line = (struct line){ .source = words[0],
				       .point = words[1],
				       .type = words[2],
				       .options = count > 3 ? words[3] : "" };
		*last = line;
		last = &line->next;
	}
	return first;
}

/* Adds what the host is reached by. Finds are the same for every line. */
static void add_reach(struct host_search *search)
{
	struct host_entry *entry;

	search->network = true;
	if (!search_recall(search, "network of fstab", "", &entry)) {
		search_network(search);
		search_keep(search, entry);
	}
	search->network = false;
}

/* Adds the device that a line names, mounted or not. */
static void add_source(struct host_search *search, const struct line *line)
{
	const struct mount mount = { .device = "0:0",
				     .point = line->point,
				     .type = line->type,
				     .source = line->source,
				     .options = line->options };

	mount_add_unmounted(search, &mount);
}

/* Returns the mount at exactly this point; NULL for none. */
static const struct mount *find_exact(struct host_search *search, const char *point)
{
	const struct mount *mount = mount_find(search, point);

	return mount && streq(mount->point, point) ? mount : NULL;
}

static void add_boot_point(struct host_search *search, const struct line *lines, const char *point)
{
	const struct mount *mount = find_exact(search, point);

	search_begin_use(search, point);
	if (mount) {
		search_mount(search, mount);
		return;
	}
	for (const struct line *line = lines; line; line = line->next)
		if (streq(line->point, point))
			add_source(search, line);
}

static bool is_boot_point(const char *point)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot_points); i++)
		if (streq(point, boot_points[i]))
			return true;
	return false;
}

/* Returns whether the boot stops without the line's device. */
static bool is_needed(const struct line *line)
{
	return !journal_find_option(line->options, "noauto") &&
	       !journal_find_option(line->options, "nofail") &&
	       /* A bind mount shows a directory that another line mounts. */
	       !journal_find_option(line->options, "bind") &&
	       !journal_find_option(line->options, "rbind") && line->point[0] == '/' &&
	       !streq(line->type, "swap") && !streq(line->type, "ignore");
}

/*
 * Adds what is mounted at the line's point and what the line names, which the next boot
 * mounts. For a network file system the network counts as what the host is reached by.
 */
static void add_line(struct host_search *search, const struct line *line)
{
	bool network = mount_is_network_type(line->type);
	bool late = network || journal_find_option(line->options, "_netdev");
	const struct mount *mount = find_exact(search, line->point);
	char *use = (char *)search_print(search, "%s", line->point);
	const char *number;

	text_make_printable(use);
	search_begin_use(search, use);
	if (mount && !network)
		search_mount(search, mount);
	number = mount || late ? block_name_find_number(search, line->source) : NULL;
	if (number)
		search_block(search, number);
	else if (!mount && !late)
		add_source(search, line);
	if (late)
		add_reach(search);
}

static void add_swap(struct host_search *search, const char *name)
{
	if (name[0] == '/' && strncmp(name, "/dev/", 5) != 0)
		search_file(search, name);
	else
		search_named_block(search, name);
}

static void add_swaps(struct host_search *search, const struct line *lines)
{
	char *text = search_read_table(search, "swaps"), *rest;

	search_begin_use(search, "swap");
	strsep(&text, "\n"); /* skips the column headings */
	while ((rest = strsep(&text, "\n"))) {
		char *name = mountinfo_word(&rest), *type = mountinfo_word(&rest);

		if (!type)
			continue;
		mountinfo_unescape(name);
		if (streq(type, "file"))
			search_file(search, name);
		else
			search_named_block(search, name);
	}
	for (const struct line *line = lines; line; line = line->next)
		if (streq(line->type, "swap"))
			add_swap(search, line->source);
}

void fstab_add(struct host_search *search)
{
	const struct line *lines = read_fstab(search);

	for (size_t i = 0; i < ARRAY_SIZE(boot_points); i++)
		add_boot_point(search, lines, boot_points[i]);
	for (const struct line *line = lines; line; line = line->next)
		if (is_needed(line) && !is_boot_point(line->point))
			add_line(search, line);
	for (size_t i = 0; i < ARRAY_SIZE(live_points); i++) {
		const struct mount *mount = find_exact(search, live_points[i]);

		search_begin_use(search, live_points[i]);
		if (mount)
			search_mount(search, mount);
	}
	add_swaps(search, lines);
}
