// SPDX-License-Identifier: GPL-2.0-or-later
/* Block devices that the kernel uses: for devices on top, or for mounts not seen here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/in_use_search.h"
#include "lib/deadline.h"

/* A sleeping disk may have to spin up. */
#define OPEN_MILLISECONDS 15000

/* Context of a callback of sysfs_list(). */
struct block_visit {
	struct host_search *search;
	const char *name;
	bool partitions; /* look at partitions, else at whole disks */
	bool found;
};

static bool read_number(struct host_search *search, const char *name, char number[32])
{
	return sysfs_read(&search->sysfs, search_print(search, "class/block/%s/dev", name), number,
			  32) > 0;
}

static int visit_holder(void *context, const char *name)
{
	struct block_visit *visit = context;
	struct host_search *search = visit->search;
	char number[32];

	if (read_number(search, visit->name, number)) {
		search_begin_use(search, search_print(search, "%s", name));
		search_block(search, number);
	}
	return 0;
}

static int visit_block(void *context, const char *name)
{
	struct host_search *search = context;
	struct block_visit visit = { .search = search, .name = name };
	char number[32];

	sysfs_list(&search->sysfs, search_print(search, "class/block/%s/holders", name),
		   visit_holder, &visit);
	if (sysfs_exists(&search->sysfs,
			 search_print(search, "class/block/%s/loop/backing_file", name)) &&
	    read_number(search, name, number)) {
		search_begin_use(search, search_print(search, "%s", name));
		search_block(search, number);
	}
	return 0;
}

void in_use_add_holders(struct host_search *search)
{
	sysfs_list(&search->sysfs, "class/block", visit_block, search);
}

/* Returns whether a device to be taken is on a path of sysfs. */
static bool is_on(const struct in_use *in_use, const char *path)
{
	for (const char *name = path; *name;) {
		size_t length = strcspn(name, "/");
		struct pci_address address;

		if (pci_address_parse(name, length, &address) == 0)
			for (size_t i = 0; i < in_use->count; i++)
				if (pci_address_compare(&in_use->devices[i], &address) == 0)
					return true;
		name += length + (name[length] == '/');
	}
	return false;
}

static int visit_controller(void *context, const char *name)
{
	struct block_visit *visit = context;
	struct host_search *search = visit->search;
	const char *path = path_read_link(search, search_print(search, "class/nvme/%s", name));

	visit->found = path && is_on(search->context, path);
	return visit->found;
}

/* Returns whether a block device is on such a device, or reached through one (NVMe multipath). */
static bool lies_on_device(struct host_search *search, const char *path)
{
	static const char subsystem[] = "/nvme-subsystem/";
	const char *name = strstr(path, subsystem);
	struct block_visit visit = { .search = search };
	size_t length;

	if (is_on(search->context, path))
		return true;
	if (!name)
		return false;
	name += strlen(subsystem);
	length = (size_t)(name - path) + strcspn(name, "/");
	sysfs_list(&search->sysfs, search_print(search, "%.*s", (int)length, path),
		   visit_controller, &visit);
	return visit.found;
}

/* Returns whether something is known to use the disk. */
static bool is_known(const struct host_search *search, const char *disk)
{
	for (const struct host_device *device = search->devices; device; device = device->next)
		for (size_t i = 0;
		     !device->network && i < device->parts.count && i < HOST_WORDS_MAX; i++)
			if (streq(device->parts.words[i], disk))
				return true;
	return false;
}

/* The device node that a child opens. */
struct opening {
	int root;
	const char *path;
};

/* Read-only, so that udev does not react; O_NONBLOCK does not close a tray or load a medium. */
static int open_exclusively(void *argument)
{
	const struct opening *opening = argument;
	int fd = openat(opening->root, opening->path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Returns the use of a block device that may not be taken; NULL for none. */
static const char *ask(struct host_search *search, const char *name, const char *number)
{
	struct deadline deadline = deadline_after(OPEN_MILLISECONDS);
	char path[SYSFS_PATH_SIZE], found[32] = "";
	struct opening opening = { search->root, path };
	struct node node;
	int error;

	snprintf(path, sizeof(path), "dev/%s", name);
	/* Names in sysfs have '!' for '/'. */
	for (char *c = path; *c; c++)
		if (*c == '!')
			*c = '/';
	if (node_read(search->root, path, &node) == 0 && node.block)
		snprintf(found, sizeof(found), "%u:%u", node.major, node.minor);
	if (!streq(found, number))
		return search_print(search, "an unknown use (/%s is not its node)", path);
	error = deadline_call(&deadline, open_exclusively, &opening);
	if (error == -EBUSY)
		return search_print(search, "an exclusive user of %s", name);
	/* A drive without a medium, or a device that is gone, has nothing to lose. */
	return error == -ETIMEDOUT
		       ? search_print(search, "an unknown use (%s does not answer)", name)
		       : NULL;
}

static int visit_candidate(void *context, const char *name)
{
	struct block_visit *visit = context;
	struct host_search *search = visit->search;
	const char *link = search_print(search, "class/block/%s", name), *disk = name, *use;
	const char *path = path_read_link(search, link);
	bool partition = sysfs_exists(&search->sysfs, search_print(search, "%s/partition", link));
	char number[32];

	/* A path of NVMe multipath is hidden and has no number. */
	if (!path || partition != visit->partitions || !read_number(search, name, number) ||
	    !lies_on_device(search, path))
		return 0;
	if (partition) {
		const char *end = strrchr(path, '/'), *start = end;

		while (start && start > path && start[-1] != '/')
			start--;
		disk = start ? search_print(search, "%.*s", (int)(end - start), start) : name;
	}
	use = is_known(search, disk) ? NULL : ask(search, name, number);
	if (use) {
		search_begin_use(search, use);
		search_block(search, number);
	}
	return 0;
}

void in_use_add_exclusive(struct host_search *search)
{
	const struct in_use *in_use = search->context;
	struct block_visit partitions = { .search = search, .partitions = true };
	struct block_visit disks = { .search = search };

	if (!in_use->count)
		return;
	/*
	 * A disk is claimed together with its partition, and the partition is easier to
	 * recognise.
	 */
	sysfs_list(&search->sysfs, "class/block", visit_candidate, &partitions);
	sysfs_list(&search->sysfs, "class/block", visit_candidate, &disks);
}
