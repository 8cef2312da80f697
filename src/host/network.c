// SPDX-License-Identifier: GPL-2.0-or-later
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/search.h"
#include "lib/cmdline.h"

struct interface_visit {
	struct host_search *search;
	bool found;
};

/* A bond, bridge or VLAN has a link to each interface below it (lower_eth0). */
static int visit_lower(void *context, const char *name)
{
	static const char prefix[] = "lower_";
	struct interface_visit *visit = context;

	if (strncmp(name, prefix, sizeof(prefix) - 1) == 0 &&
	    network_add_interface(visit->search, name + sizeof(prefix) - 1))
		visit->found = true;
	return 0;
}

bool network_add_interface(struct host_search *search, const char *name)
{
	const char *link = search_print(search, "class/net/%s", name);
	const char *path = path_read_link(search, link);
	struct interface_visit visit = { .search = search };

	/* It was counted the first time. */
	if (!search_enter(search, link))
		return true;
	if (path && path_add(search, path, name))
		return true;
	if (path)
		sysfs_list(&search->sysfs, path, visit_lower, &visit);
	return visit.found;
}

/* Every interface has routes to its own link (fe80::/10) and to multicast (ff00::/8). */
static bool leads_nowhere(const char *destination)
{
	return strncmp(destination, "ff", 2) == 0 ||
	       (strncmp(destination, "fe", 2) == 0 && destination[2] &&
		strchr("89ab", destination[2]));
}

static bool add_route(struct host_search *search, const char *interface)
{
	if (!interface || streq(interface, "lo") ||
	    !search_enter(search, search_print(search, "route %s", interface)))
		return false;
	return network_add_interface(search, interface);
}

bool network_add_routes(struct host_search *search)
{
	char *text, *line;
	bool found = false;

	text = search_read_table(search, "net/route");
	strsep(&text, "\n"); /* skips the column headings */
	while ((line = strsep(&text, "\n")))
		found |= add_route(search, mountinfo_word(&line));
	text = search_read_table(search, "net/ipv6_route");
	while ((line = strsep(&text, "\n"))) {
		const char *destination = mountinfo_word(&line), *word, *last = NULL;

		while ((word = mountinfo_word(&line)))
			last = word;
		if (destination && !leads_nowhere(destination))
			found |= add_route(search, last);
	}
	return found;
}

void network_add(struct host_search *search)
{
	if (search_enter(search, "network") && !network_add_routes(search))
		search_note_gap(search, "it comes over the network, but no interface with a route "
					"is a PCI device");
}

/*
 * Adds the functions below an interface to those that the host is reached by. Returns
 * false if there are none.
 */
static bool add_link(struct host_search *search, const char *interface, const char *why)
{
	const char *path = path_read_link(search, search_print(search, "class/net/%s", interface));

	if (!path)
		return false;
	/* For a bridge or bond, the port is named too. */
	if (path_find_function(path) == 0)
		why = search_print(search, "%s of %s", why, interface);
	search_begin_use(search, why);
	return network_add_interface(search, interface);
}

/* A line is "eth0 00000000 0101A8C0 0003 0 0 0 00000000": name, destination, five more, mask. */
static void add_routes(struct host_search *search)
{
	char *text = search_read_table(search, "net/route"), *line;

	strsep(&text, "\n");
	while ((line = strsep(&text, "\n"))) {
		const char *words[8] = { NULL };

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			words[i] = mountinfo_word(&line);
		if (words[7] && !streq(words[0], "lo") && !streq(words[0], "*"))
			add_link(search, words[0],
				 streq(words[1], "00000000") && streq(words[7], "00000000")
					 ? "default route"
					 : "a route");
	}
}

/* A line is the destination, its length, the source, its length, the next hop, ..., the name. */
static void add_routes_6(struct host_search *search)
{
	char *text = search_read_table(search, "net/ipv6_route"), *line;

	while ((line = strsep(&text, "\n"))) {
		const char *destination = mountinfo_word(&line), *length = mountinfo_word(&line);
		const char *word, *last = NULL;

		while ((word = mountinfo_word(&line)))
			last = word;
		if (last && !leads_nowhere(destination) && !streq(last, "lo"))
			add_link(search, last, streq(length, "00") ? "default route" : "a route");
	}
}

static bool is_up(struct host_search *search, const char *interface)
{
	char flags[16];

	return sysfs_read(&search->sysfs, search_print(search, "class/net/%s/flags", interface),
			  flags, sizeof(flags)) > 0 &&
	       strtoul(flags, NULL, 16) & IFF_UP;
}

/* A line is "fd00... 02 40 00 80 eth0". The fourth word is the scope: 20 link, 10 host. */
static void add_addresses_6(struct host_search *search)
{
	char *text = search_read_table(search, "net/if_inet6"), *line;

	while ((line = strsep(&text, "\n"))) {
		const char *words[6] = { NULL };

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			words[i] = mountinfo_word(&line);
		if (words[5] && !streq(words[3], "20") && !streq(words[3], "10") &&
		    is_up(search, words[5]))
			add_link(search, words[5], "an address");
	}
}

static bool is_link_local(const struct in_addr *address)
{
	/* 169.254.0.0/16 */
	return ntohl(address->s_addr) >> 16 == 0xa9fe;
}

/* No file of /proc has the addresses of each interface, so getifaddrs(3) asks the kernel. */
static void add_addresses_4(struct host_search *search)
{
	struct ifaddrs *addresses;

	if (getifaddrs(&addresses) < 0) {
		search_begin_use(search, "the network");
		search_note_gap(search, "the addresses of this host are unknown");
		return;
	}
	for (struct ifaddrs *entry = addresses; entry; entry = entry->ifa_next) {
		const struct sockaddr_in *address = (const void *)entry->ifa_addr;
		char name[IF_NAMESIZE];

		if (!address || address->sin_family != AF_INET || !(entry->ifa_flags & IFF_UP) ||
		    entry->ifa_flags & IFF_LOOPBACK || is_link_local(&address->sin_addr))
			continue;
		/* An alias is named "eth0:1". */
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(entry->ifa_name, ":"),
			 entry->ifa_name);
		add_link(search, name, "an address");
	}
	freeifaddrs(addresses);
}

/*
 * Returns the interface in the value of ip=, or NULL: the sixth field for the kernel and
 * initramfs-tools (Documentation/admin-guide/nfs/nfsroot.rst), the first of two or three
 * for dracut (dracut.cmdline(7)).
 */
static const char *ip_interface(struct host_search *search, const char *value)
{
	char *rest = (char *)search_print(search, "%s", value), *fields[7] = { NULL };
	size_t count = 0;

	while (rest && count < ARRAY_SIZE(fields)) {
		char *start = rest;

		/* An IPv6 address is in brackets. */
		if (*rest == '[')
			rest += strcspn(rest, "]");
		rest += strcspn(rest, ":");
		if (*rest)
			*rest++ = '\0';
		else
			rest = NULL;
		fields[count++] = start;
	}
	if (count >= 6)
		return *fields[5] ? fields[5] : NULL;
	return count > 1 && count < 4 && *fields[0] ? fields[0] : NULL;
}

bool network_add_ip_parameter(struct host_search *search, const char *use)
{
	char *text = search_read_proc(search, "cmdline");
	struct cmdline_token token;
	size_t position = 0;
	bool given = false;

	while (text && cmdline_next(text, &position, &token)) {
		const char *name;

		if (!streq(token.key, "ip") || !token.value || !*token.value ||
		    streq(token.value, "off") || streq(token.value, "none"))
			continue;
		given = true;
		name = ip_interface(search, token.value);
		if (name && add_link(search, name, use))
			continue;
		search_begin_use(search, use);
		search_network(search);
	}
	return given;
}

void network_add_reach(struct host_search *search, bool is_this_machine)
{
	search->network = true;
	add_routes(search);
	add_routes_6(search);
	add_addresses_6(search);
	if (is_this_machine)
		add_addresses_4(search);
	network_add_ip_parameter(search, "ip= on the command line");
	search->network = false;
}
