// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/in_use_search.h"
#include "host/open_files.h"
#include "lib/text.h"
#include "machine/framebuffer.h"

/* Context of a callback of sysfs_list(). */
struct use_visit {
	struct host_search *search;
	const char *text;
	bool found;
};

/* Skips pseudo file systems, of which there are many. */
static bool lies_on_something(const struct mount *mount)
{
	static const char *const types[] = { "btrfs", "zfs", "virtiofs", "9p" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (streq(mount->type, types[i]))
			return true;
	return mount_has_device(mount) || mount_is_network_type(mount->type) ||
	       strncmp(mount->source, "/dev/", strlen("/dev/")) == 0;
}

static void add_mounts(struct host_search *search)
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

static int note_upper(void *context, const char *name)
{
	struct use_visit *visit = context;

	if (strncmp(name, "upper_", strlen("upper_")) == 0)
		visit->found = true;
	return 0;
}

/* Returns whether an interface is up (IFF_UP, net/if.h). */
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
	struct use_visit visit = { .search = search };

	sysfs_list(&search->sysfs, search_print(search, "class/net/%s", name), note_upper, &visit);
	if (visit.found && is_up(search, name)) {
		search_begin_use(search, "the network");
		network_add_interface(search, name);
	}
	return 0;
}

/* A line is "fd00... 02 40 00 80 eth0". The fourth word is the scope: 20 link, 10 host. */
static void add_addresses(struct host_search *search)
{
	char *text = search_read_proc(search, "net/if_inet6"), *line;

	while ((line = strsep(&text, "\n"))) {
		const char *words[6] = { NULL };

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			words[i] = mountinfo_word(&line);
		if (words[5] && !streq(words[3], "20") && !streq(words[3], "10"))
			network_add_interface(search, words[5]);
	}
}

static void add_links(struct host_search *search)
{
	search_begin_use(search, "the network");
	network_add_routes(search);
	add_addresses(search);
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
	path = path_read_link(search, link);
	search_begin_use(search, "a picture");
	if (path)
		path_add(search, path, name);
	return 0;
}

/* Adds a display whose firmware framebuffer still has a driver. */
static int visit_framebuffer(void *context, const char *name)
{
	struct use_visit *visit = context;
	struct host_search *search = visit->search;
	const char *link = search_print(search, "bus/pci/devices/%s", name), *path;
	struct pci_address address;

	/* Every display has boot_vga, and nothing else does. */
	if (pci_address_parse(name, strlen(name), &address) ||
	    !sysfs_exists(&search->sysfs, search_print(search, "%s/boot_vga", link)) ||
	    !framebuffer_lies_in(visit->text, &address))
		return 0;
	path = path_read_link(search, link);
	search_begin_use(search, "a picture");
	if (path)
		path_add(search, path, "the firmware's framebuffer");
	return 0;
}

static void add_pictures(struct host_search *search)
{
	struct use_visit visit = { .search = search };

	sysfs_list(&search->sysfs, "class/drm", visit_connector, search);
	visit.text = search_read_proc(search, "iomem");
	if (visit.text)
		sysfs_list(&search->sysfs, "bus/pci/devices", visit_framebuffer, &visit);
}

static void add_uses(struct host_search *search)
{
	struct in_use *in_use = search->context;

	in_use->at_home = true;
	add_mounts(search);
	in_use_add_holders(search);
	add_links(search);
	add_pictures(search);
	in_use_add_nodes(search);
	in_use_add_exclusive(search);
}

int in_use_find(struct in_use *in_use, struct host_needs *needs, struct arena *arena,
		const struct host_roots *roots)
{
	in_use->at_home = false;
	in_use->error = 0;
	in_use->unread = 0;
	return needs_search(needs, arena, roots, add_uses, in_use);
}

/* How many nodes of a group and its members are compared. */
#define MACHINE_NODES_MAX 256

/* Context of the search for a group's nodes. */
struct machine_search {
	const struct sysfs *sysfs;
	const char *address; /* the member whose nodes are listed */
	struct node nodes[MACHINE_NODES_MAX];
	size_t count;
	bool group_found; /* the first node is the group's own */
};

int in_use_list_nodes(const struct sysfs *sysfs, const char *address,
		      int (*function)(void *context, const char *name), void *context)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "bus/pci/devices/%s/vfio-dev", address);
	return sysfs_list(sysfs, path, function, context);
}

/* Adds the node whose number ("511:3") is in an attribute. Returns false if there is none. */
static bool add_node(struct machine_search *search, const char *path)
{
	char text[32];
	struct node node = { .block = false };

	if (search->count == MACHINE_NODES_MAX ||
	    sysfs_read(search->sysfs, path, text, sizeof(text)) <= 0 ||
	    sscanf(text, "%u:%u", &node.major, &node.minor) != 2)
		return false;
	search->nodes[search->count++] = node;
	return true;
}

static int visit_device_node(void *context, const char *name)
{
	struct machine_search *search = context;
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "bus/pci/devices/%.64s/vfio-dev/%.64s/dev", search->address,
		 name);
	add_node(search, path);
	return 0;
}

static int visit_member(void *context, const char *name)
{
	struct machine_search *search = context;

	search->address = name;
	in_use_list_nodes(search->sysfs, name, visit_device_node, search);
	return 0;
}

/* Lists the nodes of a group, its own first; the name of that differs without an IOMMU. */
static void list_machine_nodes(struct machine_search *search, int group)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "class/vfio/%d/dev", group);
	search->group_found = add_node(search, path);
	snprintf(path, sizeof(path), "class/vfio/noiommu-%d/dev", group);
	if (!search->group_found)
		search->group_found = add_node(search, path);
	snprintf(path, sizeof(path), "kernel/iommu_groups/%d/devices", group);
	sysfs_list(search->sysfs, path, visit_member, search);
}

static const struct open_file *find_user(const struct machine_search *search,
					 const struct open_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		for (size_t j = 0; j < search->count; j++)
			if (node_equal(&files->items[i].node, &search->nodes[j]))
				return &files->items[i];
	return NULL;
}

/* Returns whether opening the group's node fails as busy. Opens nothing else of that name. */
static bool is_busy(const char *dev, int group, const struct node *wanted)
{
	char path[PATH_MAX];
	struct node node;
	int fd;

	snprintf(path, sizeof(path), "%s/vfio/%d", dev, group);
	if (node_read(AT_FDCWD, path, &node) || !node_equal(&node, wanted))
		return false;
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == EBUSY;
	close(fd);
	return false;
}

void in_use_find_machine(struct arena *arena, const struct sysfs *sysfs, const char *proc,
			 const char *dev, int group, const char **user)
{
	struct machine_search search = { .sysfs = sysfs };
	const struct open_file *file;
	struct open_files files;
	int error;

	*user = NULL;
	list_machine_nodes(&search, group);
	if (!search.count)
		return;
	error = open_files_list(&files, proc);
	file = find_user(&search, &files);
	if (file)
		*user = open_file_owner(arena, proc, file->pid);
	else if (error)
		*user = arena_print(arena, "perhaps pid %d, whose files cannot be read (%s),",
				    (int)files.unread, strerror(-error));
	if ((file || error) && !*user)
		*user = "a process";
	open_files_free(&files);
	if (!*user && search.group_found && is_busy(dev, group, &search.nodes[0]))
		*user = "a process not visible from here";
}

void in_use_open_machines(struct in_use_machines *machines, const char *proc)
{
	machines->proc = proc;
	machines->error = open_files_list(&machines->files, proc);
}

void in_use_close_machines(struct in_use_machines *machines)
{
	open_files_free(&machines->files);
}

void in_use_find_user(const struct in_use_machines *machines, struct arena *arena,
		      const struct sysfs *sysfs, int group, const char **user)
{
	struct machine_search search = { .sysfs = sysfs };
	const struct open_file *file;
	const char *owner, *name;

	*user = NULL;
	list_machine_nodes(&search, group);
	file = find_user(&search, &machines->files);
	if (!file)
		return;
	owner = open_file_owner(arena, machines->proc, file->pid);
	name = open_file_machine(arena, machines->proc, file->pid);
	if (owner && name)
		owner = arena_print(arena, "%s, %s", name, owner);
	*user = owner ? owner : "a process";
}
