// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "host_search.h"

struct listing {
	struct host_search *search;
	bool found;
};

/* A bond, a bridge, a VLAN and their like have a link for each interface below (lower_eth0). */
static int visit_lower(void *context, const char *name)
{
	static const char prefix[] = "lower_";
	struct listing *listing = context;

	if (strncmp(name, prefix, sizeof(prefix) - 1) == 0 &&
	    search_interface(listing->search, name + sizeof(prefix) - 1))
		listing->found = true;
	return 0;
}

bool search_interface(struct host_search *search, const char *name)
{
	const char *link = search_print(search, "class/net/%s", name);
	const char *path = search_read_link(search, link);
	struct listing listing = { .search = search };

	/* One that was found before was counted then. */
	if (!search_enter(search, link))
		return true;
	if (path && search_add_path(search, path, name))
		return true;
	if (path)
		sysfs_list(&search->sysfs, path, visit_lower, &listing);
	return listing.found;
}

/* Every interface has routes to its own link (fe80::/10) and to those who listen (ff00::/8). */
static bool leads_nowhere(const char *destination)
{
	return strncmp(destination, "ff", 2) == 0 ||
	       (strncmp(destination, "fe", 2) == 0 && destination[2] &&
		strchr("89ab", destination[2]));
}

static bool search_route(struct host_search *search, const char *interface)
{
	if (!interface || streq(interface, "lo") ||
	    !search_enter(search, search_print(search, "route %s", interface)))
		return false;
	return search_interface(search, interface);
}

bool search_routes(struct host_search *search)
{
	char *text, *line;
	bool found = false;

	text = search_read_table(search, "net/route");
	strsep(&text, "\n"); /* the columns' names */
	while ((line = strsep(&text, "\n")))
		found |= search_route(search, mountinfo_word(&line));
	text = search_read_table(search, "net/ipv6_route");
	while ((line = strsep(&text, "\n"))) {
		const char *destination = mountinfo_word(&line), *word, *last = NULL;

		while ((word = mountinfo_word(&line)))
			last = word;
		if (destination && !leads_nowhere(destination))
			found |= search_route(search, last);
	}
	return found;
}

void search_network(struct host_search *search)
{
	if (search_enter(search, "network") && !search_routes(search))
		search_note_gap(search, "it comes over the network, but no interface with a route "
					"is a PCI device");
}
