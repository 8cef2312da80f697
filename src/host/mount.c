// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <string.h>

#include "host/search.h"

/* Context of a callback of sysfs_list(). */
struct mount_visit {
	struct host_search *search;
	const char *directory;
	const char *number; /* of the one known device; NULL for none */
	bool take;	    /* take all devices: the known one is among them */
	bool found;
};

static bool is_9p_over_network(const struct mount *mount)
{
	return streq(mount->type, "9p") &&
	       (strstr(mount->options, "trans=tcp") || strstr(mount->options, "trans=rdma"));
}

bool mount_is_network_type(const char *type)
{
	static const char *const types[] = { "nfs",	  "nfs4",	"cifs",
					     "smb3",	  "ceph",	"lustre",
					     "afs",	  "orangefs",	"beegfs",
					     "coda",	  "ncpfs",	"fuse.glusterfs",
					     "fuse.ceph", "fuse.sshfs", "glusterfs" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (streq(type, types[i]))
			return true;
	return false;
}

static int visit_btrfs_device(void *context, const char *name)
{
	struct mount_visit *visit = context;
	struct host_search *search = visit->search;
	char number[32];

	if (sysfs_read(&search->sysfs, search_print(search, "%s/%s/dev", visit->directory, name),
		       number, sizeof(number)) <= 0)
		return 0;
	if (visit->take)
		search_block(search, number);
	return !visit->take && (!visit->number || streq(number, visit->number));
}

static int visit_btrfs(void *context, const char *uuid)
{
	struct mount_visit *visit = context;
	struct host_search *search = visit->search;

	visit->directory = search_print(search, "fs/btrfs/%s/devices", uuid);
	if (sysfs_list(&search->sysfs, visit->directory, visit_btrfs_device, visit) != 1)
		return 0;
	visit->take = true;
	sysfs_list(&search->sysfs, visit->directory, visit_btrfs_device, visit);
	visit->take = false;
	visit->found = true;
	return 0;
}

/*
 * Adds the devices of a btrfs. Its source is one of them. If the source is unknown
 * (/dev/root), adds every mounted btrfs: too many rather than too few.
 */
static void add_btrfs(struct host_search *search, const char *source)
{
	struct mount_visit visit = { .search = search };

	visit.number = block_name_find_number(search, source);
	sysfs_list(&search->sysfs, "fs/btrfs", visit_btrfs, &visit);
	if (!visit.found)
		search_named_block(search, source);
}

static int visit_virtio(void *context, const char *name)
{
	struct mount_visit *visit = context;
	const char *path = path_read_link(
		visit->search, search_print(visit->search, "%s/%s", visit->directory, name));

	if (strncmp(name, "virtio", 6) == 0 && path && path_add(visit->search, path, name))
		visit->found = true;
	return 0;
}

/*
 * Adds the devices of a virtio driver for directories of the host machine: which one is
 * used is not told.
 */
static void add_virtio(struct host_search *search, const char *driver)
{
	struct mount_visit visit = { .search = search };

	visit.directory = search_print(search, "bus/virtio/drivers/%s", driver);
	sysfs_list(&search->sysfs, visit.directory, visit_virtio, &visit);
	if (!visit.found)
		search_note_gap(search, "the driver %s has no PCI device", driver);
}

/* The layers' paths are those of the process that mounted it and may have changed. */
static void add_layer(struct host_search *search, const struct mount *overlay, const char *path)
{
	const struct mount *mount = mount_find(search, path);

	if (mount && mount != overlay && path[0] == '/')
		search_mount(search, mount);
	else
		search_note_gap(search, "overlay: the location of '%.100s' is unknown", path);
}

/* Adds the file systems of each path in a colon-separated list of length bytes. */
static void add_layers(struct host_search *search, const struct mount *overlay, const char *paths,
		       size_t length)
{
	const char *end = paths + length;
	char path[PATH_MAX];

	while (paths < end) {
		const char *colon = memchr(paths, ':', (size_t)(end - paths));
		size_t size = (size_t)((colon ? colon : end) - paths);

		if (size && size < sizeof(path)) {
			memcpy(path, paths, size);
			path[size] = '\0';
			mountinfo_unescape(path);
			add_layer(search, overlay, path);
		}
		paths += size + 1;
	}
}

/* Containers have an overlay each, with dozens of layers, so nothing is copied without need. */
static void add_overlay(struct host_search *search, const struct mount *mount)
{
	static const char *const keys[] = { "lowerdir", "upperdir", "datadir" };
	const char *option = mount->options;

	while (*option) {
		size_t length = strcspn(option, ",");
		const char *paths = memchr(option, '=', length);

		for (size_t i = 0; paths && i < ARRAY_SIZE(keys); i++)
			if (strncmp(option, keys[i], strlen(keys[i])) == 0)
				add_layers(search, mount, paths + 1,
					   length - (size_t)(paths + 1 - option));
		option += length + (option[length] == ',');
	}
}

/* Some sources name all devices, separated by colons (bcachefs). */
static void add_source(struct host_search *search, const struct mount *mount)
{
	char *source = (char *)search_print(search, "%s", mount->source), *name;

	if (block_name_is_tag(source)) {
		search_named_block(search, source);
		return;
	}
	if (strncmp(source, "/dev/", 5) != 0) {
		search_note_gap(search, "the device under a file system of type %.40s is unknown",
				mount->type);
		return;
	}
	while ((name = strsep(&source, ":")))
		search_named_block(search, name);
}

/* Adds the devices of a file system, wherever it is mounted. */
static void add_file_system(struct host_search *search, const struct mount *mount)
{
	const char *type = mount->type;

	if (mount_is_network_type(type) || is_9p_over_network(mount))
		search_network(search);
	else if (mount_has_device(mount))
		search_block(search, mount->device);
	else if (streq(type, "btrfs"))
		add_btrfs(search, mount->source);
	else if (streq(type, "zfs"))
		search_zpool(search, search_print(search, "%.*s", (int)strcspn(mount->source, "/"),
						  mount->source));
	else if (streq(type, "virtiofs"))
		add_virtio(search, "virtiofs");
	else if (streq(type, "9p"))
		add_virtio(search, "9pnet_virtio");
	else
		add_source(search, mount);
	journal_add_options(search, mount->options);
	if (streq(type, "ext4") || streq(type, "ext3"))
		journal_add(search);
}

/* Returns a name that all of a file system's or pool's mounts share; there may be thousands. */
static const char *file_system_name(struct host_search *search, const struct mount *mount)
{
	if (mount_has_device(mount))
		return mount->device;
	if (streq(mount->type, "zfs"))
		return search_print(search, "zfs %.*s", (int)strcspn(mount->source, "/"),
				    mount->source);
	return search_print(search, "%s%s %s", mount->type,
			    is_9p_over_network(mount) ? " of a network" : "", mount->source);
}

/* Returns whether a file system is the kernel's or in memory. */
static bool lies_in_memory(const char *type)
{
	static const char *const types[] = {
		"tmpfs",      "ramfs",	     "rootfs",	"proc",	     "sysfs",	 "devtmpfs",
		"devpts",     "debugfs",     "tracefs", "bpf",	     "cgroup",	 "cgroup2",
		"configfs",   "securityfs",  "mqueue",	"pstore",    "efivarfs", "hugetlbfs",
		"fusectl",    "binfmt_misc", "nfsd",	"selinuxfs", "resctrl",	 "usbfs",
		"rpc_pipefs", "functionfs",
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (streq(type, types[i]))
			return true;
	return false;
}

void mount_add_unmounted(struct host_search *search, const struct mount *mount)
{
	if (lies_in_memory(mount->type))
		return;
	if (streq(mount->type, "overlay"))
		add_overlay(search, mount);
	else
		add_file_system(search, mount);
}

void mount_add(struct host_search *search, const struct mount *mount)
{
	struct host_entry *entry;

	if (!search_enter(search, search_print(search, "mount %s", mount->point)) ||
	    lies_in_memory(mount->type))
		return;
	if (streq(mount->type, "overlay")) {
		add_overlay(search, mount);
	} else if (!search_recall(search, "file system", file_system_name(search, mount), &entry)) {
		add_file_system(search, mount);
		search_keep(search, entry);
	}
}

void mount_index(struct host_search *search)
{
	for (const struct mount *mount = search->mounts; mount; mount = mount->next) {
		struct host_entry *entry;

		if (streq(mount->type, "autofs"))
			continue;
		entry = search_entry(search, "mount point", mount->point, true);
		if (entry)
			entry->value = mount;
	}
}

const struct mount *mount_find(struct host_search *search, const char *path)
{
	size_t length = strlen(path);
	char point[PATH_MAX];

	if (length >= sizeof(point) || path[0] != '/')
		return NULL;
	memcpy(point, path, length + 1);
	for (;;) {
		const struct host_entry *entry =
			search_entry(search, "mount point", length ? point : "/", false);

		if (entry && entry->value)
			return entry->value;
		if (!length)
			return NULL;
		while (point[--length] != '/')
			;
		point[length] = '\0';
	}
}

void mount_add_file(struct host_search *search, const char *path)
{
	const struct mount *mount = mount_find(search, path);

	if (mount)
		search_mount(search, mount);
	else
		search_note_gap(search, "the location of the file '%.100s' is unknown", path);
}
