// SPDX-License-Identifier: GPL-2.0-or-later
#include "in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "framebuffer.h"
#include "host_search.h"
#include "module.h"
#include "open_files.h"
#include "text.h"

/* What the search is asked for beyond what the host needs. */
struct in_use {
	const char *driver; /* to be bound; NULL for any of VFIO's */
	bool at_home;
};

/* What a callback of sysfs_list() is given. */
struct listing {
	struct host_search *search;
	const char *directory;
	const char *name;
	const char *text;
	bool found;
};

/* Pseudo file systems lie on nothing, and there are many of them. */
static bool lies_on_something(const struct mount *mount)
{
	static const char *const types[] = { "btrfs", "zfs", "virtiofs", "9p" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (streq(mount->type, types[i]))
			return true;
	return mount_has_device(mount) || search_is_network_type(mount->type) ||
	       strncmp(mount->source, "/dev/", strlen("/dev/")) == 0;
}

static void search_mounts(struct host_search *search)
{
	for (const struct mount *mount = search->mounts; mount; mount = mount->next) {
		char *use;

		if (!lies_on_something(mount))
			continue;
		use = (char *)search_print(search, "%s", mount->point);
		text_make_printable(use);
		search_begin_use(search, use);
		search_mount(search, mount);
	}
}

static int visit_holder(void *context, const char *name)
{
	struct listing *listing = context;
	struct host_search *search = listing->search;
	char number[32];

	if (sysfs_read(&search->sysfs, search_print(search, "class/block/%s/dev", listing->name),
		       number, sizeof(number)) > 0) {
		search_begin_use(search, search_print(search, "%s", name));
		search_block(search, number);
	}
	return 0;
}

static int visit_block(void *context, const char *name)
{
	struct host_search *search = context;
	struct listing listing = { .search = search, .name = name };

	sysfs_list(&search->sysfs, search_print(search, "class/block/%s/holders", name),
		   visit_holder, &listing);
	return 0;
}

static int note_upper(void *context, const char *name)
{
	struct listing *listing = context;

	if (strncmp(name, "upper_", strlen("upper_")) == 0)
		listing->found = true;
	return 0;
}

/* Whether an interface is up: IFF_UP of net/if.h. */
static bool is_up(struct host_search *search, const char *interface)
{
	char flags[16];

	return sysfs_read(&search->sysfs, search_print(search, "class/net/%s/flags", interface),
			  flags, sizeof(flags)) > 0 &&
	       strtoul(flags, NULL, 16) & 1;
}

static int visit_interface(void *context, const char *name)
{
	struct host_search *search = context;
	struct listing listing = { .search = search };

	sysfs_list(&search->sysfs, search_print(search, "class/net/%s", name), note_upper,
		   &listing);
	if (listing.found && is_up(search, name)) {
		search_begin_use(search, "the network");
		search_interface(search, name);
	}
	return 0;
}

/* "fd00... 02 40 00 80 eth0": the fourth word is the scope, 20 link and 10 host. */
static void search_addresses(struct host_search *search)
{
	char *text = search_read_proc(search, "net/if_inet6"), *line;

	while ((line = strsep(&text, "\n"))) {
		const char *words[6] = { NULL };

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			words[i] = mountinfo_word(&line);
		if (words[5] && !streq(words[3], "20") && !streq(words[3], "10"))
			search_interface(search, words[5]);
	}
}

static void search_links(struct host_search *search)
{
	search_begin_use(search, "the network");
	search_routes(search);
	search_addresses(search);
	sysfs_list(&search->sysfs, "class/net", visit_interface, search);
}

static int visit_connector(void *context, const char *name)
{
	struct host_search *search = context;
	const char *link = search_print(search, "class/drm/%s", name), *path;
	char enabled[16];

	if (sysfs_read(&search->sysfs, search_print(search, "%s/enabled", link), enabled,
		       sizeof(enabled)) <= 0 ||
	    !streq(enabled, "enabled"))
		return 0;
	path = search_read_link(search, link);
	search_begin_use(search, "a picture");
	if (path)
		search_add_path(search, path, name);
	return 0;
}

/* The firmware's framebuffer, where a driver still draws in it. */
static int visit_framebuffer(void *context, const char *name)
{
	struct listing *listing = context;
	struct host_search *search = listing->search;
	const char *link = search_print(search, "bus/pci/devices/%s", name), *path;
	struct pci_address address;

	/* Only displays have it, and all of them do. */
	if (pci_address_parse(name, strlen(name), &address) ||
	    !sysfs_exists(&search->sysfs, search_print(search, "%s/boot_vga", link)) ||
	    !framebuffer_lies_in(listing->text, &address))
		return 0;
	path = search_read_link(search, link);
	search_begin_use(search, "a picture");
	if (path)
		search_add_path(search, path, "the firmware's framebuffer");
	return 0;
}

static void search_pictures(struct host_search *search)
{
	struct listing listing = { .search = search };

	sysfs_list(&search->sysfs, "class/drm", visit_connector, search);
	listing.text = search_read_proc(search, "iomem");
	if (listing.text)
		sysfs_list(&search->sysfs, "bus/pci/devices", visit_framebuffer, &listing);
}

/* Whether a virtual machine's use of a function on this path would be in the way. */
static bool is_in_the_way(struct host_search *search, const char *path)
{
	const struct in_use *in_use = search->context;
	char driver[256];

	if (sysfs_read_link_name(
		    &search->sysfs,
		    search_print(search, "%.*s/driver", (int)search_find_function(path), path),
		    driver, sizeof(driver)) <= 0)
		return false;
	return in_use->driver ? !streq(driver, in_use->driver) : !module_is_vfio(driver);
}

static void add_machine(struct host_search *search, const char *link, const char *part)
{
	const char *path = search_read_link(search, link);

	if (path && is_in_the_way(search, path))
		search_add_path(search, path, part);
}

static int visit_member(void *context, const char *name)
{
	struct listing *listing = context;

	add_machine(listing->search,
		    search_print(listing->search, "%s/%s", listing->directory, name),
		    listing->name);
	return 0;
}

/* A node of VFIO: of a group, or in devices/ of one device. */
static void search_vfio(struct host_search *search, const char *node)
{
	static const char devices[] = "devices/";
	struct listing listing = { .search = search };

	if (strncmp(node, devices, strlen(devices)) == 0) {
		node += strlen(devices);
		add_machine(search, search_print(search, "class/vfio-dev/%s", node), node);
		return;
	}
	if (node[strspn(node, "0123456789")])
		return;
	listing.directory = search_print(search, "kernel/iommu_groups/%s/devices", node);
	listing.name = search_print(search, "VFIO group %s", node);
	sysfs_list(&search->sysfs, listing.directory, visit_member, &listing);
}

static void search_display(struct host_search *search, const char *class, const char *node)
{
	const char *path =
		search_read_link(search, search_print(search, "class/%s/%s", class, node));

	if (path)
		search_add_path(search, path, node);
}

static int visit_open_file(void *context, const struct open_file *file)
{
	static const char dri[] = "/dev/dri/", fb[] = "/dev/fb", vfio[] = "/dev/vfio/";
	struct host_search *search = context;
	const char *path = file->path, *owner;

	if (strncmp(path, dri, strlen(dri)) != 0 && strncmp(path, fb, strlen(fb)) != 0 &&
	    strncmp(path, vfio, strlen(vfio)) != 0)
		return 0;
	owner = open_file_owner(search->arena, search->proc, file->pid);
	if (!owner) {
		search->error = -ENOMEM;
		return 0;
	}
	search_begin_use(search, owner);
	if (strncmp(path, dri, strlen(dri)) == 0)
		search_display(search, "drm", path + strlen(dri));
	else if (strncmp(path, fb, strlen(fb)) == 0)
		search_display(search, "graphics", path + strlen("/dev/"));
	else
		search_vfio(search, path + strlen(vfio));
	return 0;
}

static void search_uses(struct host_search *search)
{
	struct in_use *in_use = search->context;

	in_use->at_home = true;
	search_mounts(search);
	sysfs_list(&search->sysfs, "class/block", visit_block, search);
	search_links(search);
	search_pictures(search);
	open_files_list(search->proc, visit_open_file, search);
}

int in_use_find(struct host_needs *needs, struct arena *arena, const struct host_roots *roots,
		const char *driver, bool *at_home)
{
	struct in_use in_use = { .driver = driver };
	int error = search_run(needs, arena, roots, search_uses, &in_use);

	*at_home = in_use.at_home;
	return error;
}

/* Looks for the user of a group's nodes. */
struct machine_search {
	struct arena *arena;
	const struct sysfs *sysfs;
	const char *proc;
	const char *group; /* "/dev/vfio/12" */
	const char *node;  /* the one that is looked for among a member's */
	const char **user;
};

int in_use_list_nodes(const struct sysfs *sysfs, const char *address,
		      int (*function)(void *context, const char *name), void *context)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "bus/pci/devices/%s/vfio-dev", address);
	return sysfs_list(sysfs, path, function, context);
}

static int is_node(void *context, const char *name)
{
	const struct machine_search *search = context;

	return streq(name, search->node);
}

static int has_node(void *context, const char *name)
{
	struct machine_search *search = context;

	return in_use_list_nodes(search->sysfs, name, is_node, search) == 1;
}

static int visit_machine_file(void *context, const struct open_file *file)
{
	static const char devices[] = "/dev/vfio/devices/";
	struct machine_search *search = context;
	char members[SYSFS_PATH_SIZE];

	if (!streq(file->path, search->group)) {
		if (strncmp(file->path, devices, strlen(devices)) != 0)
			return 0;
		search->node = file->path + strlen(devices);
		snprintf(members, sizeof(members), "kernel/iommu_groups/%s/devices",
			 strrchr(search->group, '/') + 1);
		if (sysfs_list(search->sysfs, members, has_node, search) != 1)
			return 0;
	}
	*search->user = open_file_owner(search->arena, search->proc, file->pid);
	if (!*search->user)
		*search->user = "a process";
	return 1;
}

void in_use_find_machine(struct arena *arena, const struct sysfs *sysfs, const char *proc,
			 const char *dev, int group, const char **user)
{
	char node[32], path[PATH_MAX];
	struct machine_search search = {
		.arena = arena, .sysfs = sysfs, .proc = proc, .group = node, .user = user
	};
	int fd;

	*user = NULL;
	snprintf(node, sizeof(node), "/dev/vfio/%d", group);
	if (open_files_list(proc, visit_machine_file, &search) == 1)
		return;
	snprintf(path, sizeof(path), "%s/vfio/%d", dev, group);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == EBUSY)
		*user = "a process that is not seen from here";
	if (fd >= 0)
		close(fd);
}
