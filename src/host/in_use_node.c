// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices that processes have open. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/in_use_search.h"
#include "host/open_files.h"
#include "lib/text.h"
#include "lib/util.h"
#include "machine/module.h"

/* Room for "4294967295:4294967295". */
#define NUMBER_SIZE 32

/* Context of a callback of sysfs_list(). */
struct node_visit {
	struct host_search *search;
	const char *directory;
	const char *part;
	unsigned int minor;
	bool found;
};

/* Nodes of NVIDIA's driver, which have no device in sysfs. */
enum nvidia_node {
	NVIDIA_NONE,
	NVIDIA_GPU, /* /dev/nvidiaN */
	NVIDIA_ALL, /* /dev/nvidiactl, nvidia-uvm, nvidia-modeset and so on */
};

/* Begins the use by a process that has a node open. Returns false when memory runs out. */
static bool begin_use(struct host_search *search, const struct open_file *file, const char *name)
{
	const char *owner = open_file_owner(search->arena, search->proc, file->pid);
	char *use;

	if (!owner) {
		search->error = -ENOMEM;
		return false;
	}
	use = (char *)search_print(search, "%s at /dev/%s", owner, name);
	text_make_printable(use);
	search_begin_use(search, use);
	return true;
}

/* Returns the kernel's name in /dev for a device, "snd/controlC0"; NULL for none. */
static const char *node_name(struct host_search *search, const char *path)
{
	char text[1024], *rest = text, *line;
	const char *slash = strrchr(path, '/');

	if (sysfs_read(&search->sysfs, search_print(search, "%s/uevent", path), text,
		       sizeof(text)) > 0)
		while ((line = strsep(&rest, "\n")))
			if (strstarts(line, "DEVNAME="))
				return search_print(search, "%s", line + strlen("DEVNAME="));
	return slash ? slash + 1 : path;
}

/* Returns whether a virtual machine's use of a function on this path would block taking it. */
static bool is_in_the_way(struct host_search *search, const char *path)
{
	const struct in_use *in_use = search->context;
	char driver[256];

	if (sysfs_read_link_name(
		    &search->sysfs,
		    search_print(search, "%.*s/driver", (int)path_find_function(path), path),
		    driver, sizeof(driver)) <= 0)
		return false;
	return in_use->driver ? !streq(driver, in_use->driver) : !module_is_vfio(driver);
}

static int visit_member(void *context, const char *name)
{
	struct node_visit *visit = context;
	struct host_search *search = visit->search;
	const char *path =
		path_read_link(search, search_print(search, "%s/%s", visit->directory, name));

	if (path && is_in_the_way(search, path))
		path_add(search, path, visit->part);
	return 0;
}

/* Adds the members of a VFIO group by its node's name, "12" or "noiommu-12". */
static void add_group(struct host_search *search, const char *name)
{
	struct node_visit visit = { .search = search };

	name += strcspn(name, "0123456789");
	visit.directory = search_print(search, "kernel/iommu_groups/%s/devices", name);
	visit.part = search_print(search, "VFIO group %s", name);
	sysfs_list(&search->sysfs, visit.directory, visit_member, &visit);
}

static int visit_bound(void *context, const char *name)
{
	struct node_visit *visit = context;
	struct host_search *search = visit->search;
	struct pci_address address;
	const char *path;

	if (pci_address_parse(name, strlen(name), &address))
		return 0;
	path = path_read_link(search, search_print(search, "bus/pci/devices/%s", name));
	if (path)
		path_add(search, path, visit->part);
	return 0;
}

/* Adds every device of a driver. */
static void add_driver(struct host_search *search, const char *driver, const char *part)
{
	struct node_visit visit = { .search = search, .part = part };

	sysfs_list(&search->sysfs, search_print(search, "bus/pci/drivers/%s", driver), visit_bound,
		   &visit);
}

/* Reads "Device Minor: 	 0" in the file information of "0000:01:00.0". */
static int visit_gpu(void *context, const char *name)
{
	static const char key[] = "Device Minor:";
	struct node_visit *visit = context;
	struct host_search *search = visit->search;
	const char *text = search_read_proc(
		search, search_print(search, "driver/nvidia/gpus/%s/information", name));
	const char *value = text ? strstr(text, key) : NULL, *path;

	if (!value || strtoul(value + strlen(key), NULL, 10) != visit->minor)
		return 0;
	path = path_read_link(search, search_print(search, "bus/pci/devices/%s", name));
	visit->found = path && path_add(search, path, visit->part);
	return visit->found;
}

/* Adds the GPU of /dev/nvidiaN; all of the driver's GPUs if it is unknown which. */
static void add_gpu(struct host_search *search, unsigned int minor, const char *part)
{
	struct node_visit visit = { .search = search, .part = part, .minor = minor };
	const char *path = search_print(search, "%s/driver/nvidia/gpus", search->proc);
	struct sysfs gpus;

	if (sysfs_open(&gpus, path) == 0) {
		sysfs_list(&gpus, ".", visit_gpu, &visit);
		sysfs_close(&gpus);
	}
	if (!visit.found)
		add_driver(search, "nvidia", part);
}

/*
 * Returns the kind of a character node of NVIDIA's driver and sets its name. The minors
 * of the common nodes are in its nv.h (NV_MINOR_DEVICE_NUMBER_CONTROL_DEVICE).
 */
static enum nvidia_node find_nvidia(struct host_search *search, const struct node *node,
				    const char **name)
{
	char *text = search_read_proc(search, "devices"), *line;
	enum nvidia_node found = NVIDIA_NONE;

	/* "195 nvidia", in the first of two lists */
	while ((line = strsep(&text, "\n")) && !strstarts(line, "Block")) {
		char *end, *word;

		if (strtoul(line, &end, 10) != node->major || end == line)
			continue;
		word = end + strspn(end, " ");
		if (!strstarts(word, "nvidia"))
			continue;
		found = NVIDIA_ALL;
		*name = search_print(search, "%s", word);
		if (!streq(word, "nvidia") && !streq(word, "nvidia-frontend"))
			continue;
		if (node->minor == 255 || node->minor == 254) {
			*name = node->minor == 255 ? "nvidiactl" : "nvidia-modeset";
			return NVIDIA_ALL;
		}
		*name = search_print(search, "nvidia%u", node->minor);
		return NVIDIA_GPU;
	}
	return found;
}

/* Returns whether the process has one GPU's node open too, which tells better what it uses. */
static bool has_gpu(struct host_search *search, const struct open_files *files, pid_t pid)
{
	const char *name;

	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].pid == pid && !files->items[i].node.block &&
		    find_nvidia(search, &files->items[i].node, &name) == NVIDIA_GPU)
			return true;
	return false;
}

/* Adds the device of a node without a device in sysfs. Returns false if none is on PCI. */
static bool add_unlinked(struct host_search *search, const struct open_files *files,
			 const struct open_file *file)
{
	const char *name = "";
	enum nvidia_node kind = find_nvidia(search, &file->node, &name);

	if (kind == NVIDIA_NONE)
		return false;
	if (kind == NVIDIA_ALL && has_gpu(search, files, file->pid))
		return true;
	if (!begin_use(search, file, name))
		return true;
	if (kind == NVIDIA_GPU)
		add_gpu(search, file->node.minor, name);
	else
		add_driver(search, "nvidia", name);
	return true;
}

/* Adds the device of a character device in sysfs. Returns false if it is not on PCI. */
static bool add_linked(struct host_search *search, const struct open_file *file, const char *path)
{
	static const char group[] = "devices/virtual/vfio/", kfd[] = "devices/virtual/kfd/";
	const char *part = strrchr(path, '/');

	part = part ? part + 1 : path;
	/* /dev/vfio/vfio belongs to no group. */
	if (strstarts(path, group) && !part[strcspn(part, "0123456789")])
		return false;
	if (!strstarts(path, group) && !strstarts(path, kfd) && !strstr(path, "/nvme-subsystem/") &&
	    !path_find_function(path))
		return false;
	if (strstr(path, "/vfio-dev/") && !is_in_the_way(search, path))
		return true;
	if (!begin_use(search, file, node_name(search, path)))
		return true;
	if (strstarts(path, group))
		add_group(search, part);
	else if (strstarts(path, kfd))
		add_driver(search, "amdgpu", part);
	else
		storage_add_device(search, path, part);
	return true;
}

static void add_character(struct host_search *search, const struct open_files *files,
			  const struct open_file *file, const char *number)
{
	/*
	 * Most processes have /dev/null open. A node known to have no device is not
	 * looked up again.
	 */
	static const char nothing[] = "";
	struct host_entry *entry = search_entry(search, "character node", number, true);
	const char *path;
	bool found;

	if (!entry || entry->value)
		return;
	path = path_read_link(search, search_print(search, "dev/char/%s", number));
	found = path ? add_linked(search, file, path) : add_unlinked(search, files, file);
	if (!found)
		entry->value = nothing;
}

static void add_block_node(struct host_search *search, const struct open_file *file,
			   const char *number)
{
	const char *path = path_read_link(search, search_print(search, "dev/block/%s", number));

	if (path && begin_use(search, file, node_name(search, path)))
		search_block(search, number);
}

void in_use_add_nodes(struct host_search *search)
{
	struct in_use *in_use = search->context;
	struct open_files files;

	in_use->error = open_files_list(&files, search->proc);
	in_use->unread = files.unread;
	for (size_t i = 0; !search->error && i < files.count; i++) {
		const struct open_file *file = &files.items[i];
		char number[NUMBER_SIZE];

		snprintf(number, sizeof(number), "%u:%u", file->node.major, file->node.minor);
		if (file->node.block)
			add_block_node(search, file, number);
		else
			add_character(search, &files, file, number);
	}
	open_files_free(&files);
}
