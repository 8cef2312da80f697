// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "host/search.h"
#include "lib/util.h"

/* Context of a callback of sysfs_list(). */
struct storage_visit {
	struct host_search *search;
	const char *directory; /* the directory being listed */
	const char *part;      /* the block device's name */
	bool found;
};

/* Returns a path without its last name. */
static const char *directory_of(struct host_search *search, const char *path)
{
	const char *slash = strrchr(path, '/');

	return search_print(search, "%.*s", slash ? (int)(slash - path) : 0, path);
}

static int visit_slave(void *context, const char *name)
{
	struct storage_visit *visit = context;
	struct host_search *search = visit->search;
	char number[32];

	if (sysfs_read(&search->sysfs, search_print(search, "%s/%s/dev", visit->directory, name),
		       number, sizeof(number)) <= 0)
		search_note_gap(search, "%s: unknown device", name);
	else
		search_block(search, number);
	visit->found = true;
	return 0;
}

/*
 * Adds the devices below a block device; dm, md, bcache and drbd list them alike. Returns
 * whether there were any.
 */
static bool add_slaves(struct host_search *search, const char *path)
{
	struct storage_visit visit = { .search = search };

	visit.directory = search_print(search, "%s/slaves", path);
	sysfs_list(&search->sysfs, visit.directory, visit_slave, &visit);
	return visit.found;
}

static int visit_fc_host(void *context, const char *name)
{
	struct storage_visit *visit = context;
	const char *path = path_read_link(visit->search,
					  search_print(visit->search, "class/fc_host/%s", name));

	if (path && path_add(visit->search, path, visit->part))
		visit->found = true;
	return 0;
}

/* NVMe over Fabrics: only the names of their ports would tell the adapters apart. */
static void add_fabric(struct host_search *search, const char *controller, const char *part)
{
	struct storage_visit visit = { .search = search, .part = part };
	char transport[16];

	if (sysfs_read(&search->sysfs, search_print(search, "%s/transport", controller), transport,
		       sizeof(transport)) < 0)
		transport[0] = '\0';
	if (streq(transport, "tcp") || streq(transport, "rdma"))
		search_network(search);
	else if (streq(transport, "fc"))
		sysfs_list(&search->sysfs, "class/fc_host", visit_fc_host, &visit);
	else
		search_note_gap(search, "%s: unknown NVMe transport '%s'", part, transport);
}

/* A controller is named "nvme0"; its namespaces are "nvme0n1" and "nvme0c0n1". */
static int visit_nvme_controller(void *context, const char *name)
{
	struct storage_visit *visit = context;
	struct host_search *search = visit->search;
	const char *path;

	if (!strstarts(name, "nvme") || !name[4] || name[4 + strspn(name + 4, "0123456789")])
		return 0;
	path = path_read_link(search, search_print(search, "class/nvme/%s", name));
	if (!path)
		search_note_gap(search, "%s: the controller %s is not in sysfs", visit->part, name);
	else if (!path_add(search, path, visit->part))
		add_fabric(search, path, visit->part);
	return 0;
}

/*
 * Returns the interface on a path of Fibre Channel over Ethernet,
 * ".../net/eth0.5/ctlr_0/"; NULL for none.
 */
static const char *find_interface(struct host_search *search, const char *path)
{
	const char *net = strstr(path, "/net/");

	if (!net)
		return NULL;
	net += strlen("/net/");
	return search_print(search, "%.*s", (int)strcspn(net, "/"), net);
}

static bool is_network_disk(const char *path, const char *name)
{
	static const char *const names[] = { "nbd", "rbd", "drbd", "etherd!" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strstarts(name, names[i]))
			return true;
	/* drivers/scsi/scsi_transport_iscsi.c */
	return strstr(path, "/session") != NULL;
}

/* Adds block devices without a PCI controller of their own. */
static void add_virtual(struct host_search *search, const char *path, const char *name)
{
	struct storage_visit visit = { .search = search, .part = name };
	const char *interface = find_interface(search, path);

	if (strstr(path, "/nvme-subsystem/")) {
		visit.directory = directory_of(search, path);
		sysfs_list(&search->sysfs, visit.directory, visit_nvme_controller, &visit);
	} else if (strstr(path, "/nvme-fabrics/")) {
		add_fabric(search, directory_of(search, path), name);
	} else if (interface) {
		if (!network_add_interface(search, interface))
			search_note_gap(search, "%s: no PCI device is behind the interface %s",
					name, interface);
	} else if (is_network_disk(path, name)) {
		search_network(search);
	}
	/* Others, such as platform devices or zram, need no PCI device. */
}

/* Adds the file or device that backs a loop device or zram. Returns whether there is one. */
static bool add_backing(struct host_search *search, const char *path)
{
	char file[4096];

	if (sysfs_read(&search->sysfs, search_print(search, "%s/loop/backing_file", path), file,
		       sizeof(file)) > 0) {
		/* A loop device may also be on a disk. */
		if (strstarts(file, "/dev/"))
			search_named_block(search, file);
		else
			search_file(search, file);
		return true;
	}
	if (sysfs_read(&search->sysfs, search_print(search, "%s/backing_dev", path), file,
		       sizeof(file)) > 0 &&
	    file[0] == '/') {
		search_named_block(search, file);
		return true;
	}
	return false;
}

void storage_add_device(struct host_search *search, const char *path, const char *name)
{
	if (!path_add(search, path, name))
		add_virtual(search, path, name);
}

void storage_add_block(struct host_search *search, const char *number)
{
	const char *path, *name;
	bool slaves;

	if (!search_enter(search, number))
		return;
	path = path_read_link(search, search_print(search, "dev/block/%s", number));
	if (!path) {
		search_note_gap(search, "sysfs has no block device %s", number);
		return;
	}
	if (sysfs_exists(&search->sysfs, search_print(search, "%s/partition", path)))
		path = directory_of(search, path);
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	slaves = add_slaves(search, path);
	volume_add_group(search, path);
	if (add_backing(search, path) || path_add(search, path, name))
		return;
	/* DRBD mirrors to another host; only the local half is a device here. */
	if (!slaves || is_network_disk(path, name))
		add_virtual(search, path, name);
}

void storage_add_named(struct host_search *search, const char *name)
{
	const char *number = block_name_find_number(search, name);

	if (number)
		search_block(search, number);
	else
		search_note_gap(search, "there is no block device '%.100s'", name);
}
