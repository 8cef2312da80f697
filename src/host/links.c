// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/links.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/beneath.h"
#include "lib/mountinfo.h"
#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/sysfs.h"

/* Flags of a route (include/uapi/linux/route.h, ipv6_route.h), whose headers do not go together. */
#define ROUTE_UP      0x00000001
#define ROUTE_REJECT  0x00000200
#define ROUTE_ANYCAST 0x00100000
#define ROUTE_LOCAL   0x80000000

/* How many links may lie on each other (include/linux/netdevice.h, MAX_NEST_DEV). */
#define LEVELS_MAX 8

struct link_search {
	struct sysfs sysfs;
	struct arena *arena;
	struct link **first, **last;
};

/* A link whose lower links are looked at. */
struct lower_visit {
	const struct link_search *search;
	int levels; /* how many more are looked at */
};

static bool has_device(const struct link_search *search, const char *name, int levels);

/* A bond, bridge or VLAN has a link to each link below it (lower_eth0). */
static int visit_lower(void *context, const char *name)
{
	static const char prefix[] = "lower_";
	const struct lower_visit *visit = context;

	return strstarts(name, prefix) &&
	       has_device(visit->search, name + sizeof(prefix) - 1, visit->levels);
}

/* Returns whether a link, or one below it, is on a device. */
static bool has_device(const struct link_search *search, const char *name, int levels)
{
	struct lower_visit visit = { search, levels - 1 };
	char path[SYSFS_PATH_SIZE];

	if (strchr(name, '/'))
		return false;
	snprintf(path, sizeof(path), "class/net/%.64s/device", name);
	if (sysfs_exists(&search->sysfs, path))
		return true;
	*strrchr(path, '/') = '\0';
	return levels && sysfs_list(&search->sysfs, path, visit_lower, &visit) > 0;
}

/* Adds a link that carries a route, once. Returns 0 or -ENOMEM. */
static int add_link(struct link_search *search, const char *name)
{
	char path[SYSFS_PATH_SIZE], address[128], device[128];
	struct link *link;

	for (link = *search->first; link; link = link->next)
		if (streq(link->name, name))
			return 0;
	if (streq(name, "lo") || !has_device(search, name, LEVELS_MAX))
		return 0;
	link = arena_allocate(search->arena, 1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	snprintf(path, sizeof(path), "class/net/%.64s/address", name);
	/* A link of a modem may have none. */
	if (sysfs_read(&search->sysfs, path, address, sizeof(address)) <= 0)
		strcpy(address, "-");
	snprintf(path, sizeof(path), "class/net/%.64s/device", name);
	if (sysfs_read_link_name(&search->sysfs, path, device, sizeof(device)) > 0 &&
	    !(link->device = arena_copy(search->arena, device, strlen(device))))
		return -ENOMEM;
	link->name = arena_copy(search->arena, name, strlen(name));
	link->address = arena_copy(search->arena, address, strcspn(address, " \t\n"));
	if (!link->name || !link->address)
		return -ENOMEM;
	*search->last = link;
	search->last = &link->next;
	return 0;
}

/* A line is "eth0 00000000 0101A8C0 0003 ...": name, destination, gateway, flags. */
static int add_route(struct link_search *search, char *line)
{
	const char *name = mountinfo_word(&line), *flags = NULL;

	for (int i = 0; i < 3; i++)
		flags = mountinfo_word(&line);
	/* The line of column headings names no link, and add_link() leaves it out. */
	if (!flags || (strtoul(flags, NULL, 16) & (ROUTE_UP | ROUTE_REJECT)) != ROUTE_UP)
		return 0;
	return add_link(search, name);
}

/* Every link has routes to its own neighbours (fe80::/10) and to multicast (ff00::/8). */
static bool leads_nowhere(const char *destination)
{
	return strstarts(destination, "ff") ||
	       (strstarts(destination, "fe") && destination[2] && strchr("89ab", destination[2]));
}

/*
 * A line is the destination, its length, the source, its length, the next hop, the metric, two
 * counts, the flags and the name.
 */
static int add_route_6(struct link_search *search, char *line)
{
	const char *words[10] = { NULL };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = mountinfo_word(&line);
	if (!words[9] || leads_nowhere(words[0]) ||
	    (strtoul(words[8], NULL, 16) &
	     (ROUTE_UP | ROUTE_REJECT | ROUTE_ANYCAST | ROUTE_LOCAL)) != ROUTE_UP)
		return 0;
	return add_link(search, words[9]);
}

/* Calls add for each line of a table, which on a router may be long. Returns 0 or -ENOMEM. */
static int read_table(struct link_search *search, const char *proc, const char *name,
		      int (*add)(struct link_search *search, char *line))
{
	const char *path = arena_print(search->arena, "%s/%s", proc, name);
	FILE *table = path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t size = 0;
	int error = path ? 0 : -ENOMEM;

	while (!error && table && getline(&line, &size, table) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		error = add(search, line);
	}
	free(line);
	if (table)
		fclose(table);
	return error;
}

int links_find(struct link **links, struct arena *arena, const struct link_roots *roots)
{
	struct link_search search = { .arena = arena, .first = links, .last = links };
	const char *proc = roots->proc ? roots->proc : "/proc";
	int error = sysfs_open(&search.sysfs, roots->sysfs ? roots->sysfs : "/sys");

	*links = NULL;
	if (error)
		return error;
	error = read_table(&search, proc, "net/route", add_route);
	if (!error)
		error = read_table(&search, proc, "net/ipv6_route", add_route_6);
	sysfs_close(&search.sysfs);
	return error;
}

int links_read(struct link **links, struct arena *arena, const char *path)
{
	struct link **last = links;
	char *text, *line;
	int error = textfile_read(arena, path, &text);

	*links = NULL;
	if (error)
		return error;
	while ((line = strsep(&text, "\n"))) {
		const char *name = mountinfo_word(&line), *address = mountinfo_word(&line);
		const char *device = mountinfo_word(&line);
		struct link *link;

		if (!name)
			continue;
		if (!address || mountinfo_word(&line))
			return -EINVAL;
		link = arena_allocate(arena, 1, sizeof(*link));
		if (!link)
			return -ENOMEM;
		*link = (struct link){ .name = name, .address = address, .device = device };
		*last = link;
		last = &link->next;
	}
	return 0;
}

int links_write(const struct link *links, struct arena *arena, const char *path)
{
	const char *text = "";
	int root, error;

	for (; text && links; links = links->next)
		text = arena_print(arena, "%s%s %s%s%s\n", text, links->name, links->address,
				   links->device ? " " : "", links->device ? links->device : "");
	if (!text)
		return -ENOMEM;
	root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	error = beneath_write(root, path, text, strlen(text));
	close(root);
	return error;
}

bool links_have(const struct link *links, const struct link *link)
{
	for (; links; links = links->next)
		if (streq(links->name, link->name) ||
		    (!streq(link->address, "-") && streq(links->address, link->address)))
			return true;
	return false;
}
