// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void host_tree_create(struct host_tree *tree)
{
	*tree = (struct host_tree){ 0 };
	scratch_create(&tree->scratch);
	tree->arena = arena_create(0);
	snprintf(tree->proc, sizeof(tree->proc), "%s/proc", tree->scratch.path);
	snprintf(tree->sysfs, sizeof(tree->sysfs), "%s/sys", tree->scratch.path);
	tree->roots = (struct host_roots){
		.root = tree->scratch.path,
		.proc = tree->proc,
		.sysfs = tree->sysfs,
		.zpool = "/nonexistent/zpool",
	};
	scratch_link(&tree->scratch, "proc/1/root", "../..");
	scratch_write(&tree->scratch, "sys/power/resume", "0:0\n");
	scratch_write(&tree->scratch, "proc/self/uid_map", "         0          0 4294967295\n");
}

void host_tree_remove(struct host_tree *tree)
{
	arena_destroy(tree->arena);
	scratch_remove(&tree->scratch);
}

void host_tree_mount(struct host_tree *tree, const char *mounts)
{
	struct text text = { .used = 0 };
	char *copy = strdup(mounts), *rest = copy, *line;
	unsigned int id = 20;

	while ((line = strsep(&rest, "\n"))) {
		const char *number = strsep(&line, " "), *point = strsep(&line, " ");

		if (point)
			text_add(&text, "%u 1 %s / %s rw,relatime shared:1 - %s\n", id++, number,
				 point, line);
	}
	free(copy);
	scratch_write(&tree->scratch, "proc/self/mountinfo", text.bytes);
}

static void write_attribute(const struct host_tree *tree, const char *path, const char *name,
			    const char *format, unsigned int value)
{
	char file[512], text[32];

	snprintf(file, sizeof(file), "sys/devices/%s/%s", path, name);
	snprintf(text, sizeof(text), format, value);
	scratch_write(&tree->scratch, file, text);
}

void host_tree_pci(const struct host_tree *tree, const char *path, unsigned int class,
		   unsigned int vendor, unsigned int device)
{
	write_attribute(tree, path, "class", "0x%06x\n", class);
	write_attribute(tree, path, "vendor", "0x%04x\n", vendor);
	write_attribute(tree, path, "device", "0x%04x\n", device);
	write_attribute(tree, path, "subsystem_vendor", "0x%04x\n", 0x1af4);
	write_attribute(tree, path, "subsystem_device", "0x%04x\n", 0x1100);
}

/* Links a device from a directory of sysfs two levels down: "class/net/eth0". */
static void link_device(const struct host_tree *tree, const char *link, const char *path)
{
	char target[512];

	snprintf(target, sizeof(target), "../../devices/%s", path);
	scratch_link(&tree->scratch, link, target);
}

void host_tree_block(const struct host_tree *tree, const char *number, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char text[512];

	snprintf(text, sizeof(text), "sys/devices/%s/dev", path);
	scratch_write(&tree->scratch, text, number);
	snprintf(text, sizeof(text), "sys/dev/block/%s", number);
	link_device(tree, text, path);
	snprintf(text, sizeof(text), "sys/class/block/%s", name);
	link_device(tree, text, path);
	snprintf(text, sizeof(text), "dev/%s", name);
	scratch_write(&tree->scratch, text, "");
}

void host_tree_partition(const struct host_tree *tree, const char *number, const char *path)
{
	host_tree_block(tree, number, path);
	write_attribute(tree, path, "partition", "%u\n", 1);
}

void host_tree_slave(const struct host_tree *tree, const char *path, const char *slave)
{
	char link[512], target[512] = "";
	const char *name = strrchr(slave, '/') + 1;

	/* Up from "PATH/slaves" to "devices". */
	for (const char *slash = path; slash; slash = strchr(slash + 1, '/'))
		strcat(target, "../");
	strcat(strcat(target, "../"), slave);
	snprintf(link, sizeof(link), "sys/devices/%s/slaves/%s", path, name);
	scratch_link(&tree->scratch, link, target);
}

void host_tree_interface(const struct host_tree *tree, const char *path)
{
	char link[512];

	write_attribute(tree, path, "ifindex", "%u\n", 2);
	snprintf(link, sizeof(link), "sys/class/net/%s", strrchr(path, '/') + 1);
	link_device(tree, link, path);
}

void host_tree_disks(const struct host_tree *tree)
{
#define NVME0 "pci0000:00/0000:00:06.0/0000:01:00.0"
#define NVME1 "pci0000:00/0000:00:07.0/0000:02:00.0"
#define SATA  "pci0000:00/0000:00:17.0"
	host_tree_pci(tree, "pci0000:00/0000:00:06.0", 0x060400, 0x8086, 0x464d);
	host_tree_pci(tree, "pci0000:00/0000:00:07.0", 0x060400, 0x8086, 0x462f);
	host_tree_pci(tree, NVME0, 0x010802, 0x144d, 0xa80a);
	host_tree_pci(tree, NVME1, 0x010802, 0x144d, 0xa808);
	host_tree_pci(tree, SATA, 0x010601, 0x8086, 0xa352);
	host_tree_block(tree, "259:0", NVME0 "/nvme/nvme0/nvme0n1");
	host_tree_partition(tree, "259:1", NVME0 "/nvme/nvme0/nvme0n1/nvme0n1p1");
	host_tree_partition(tree, "259:2", NVME0 "/nvme/nvme0/nvme0n1/nvme0n1p2");
	host_tree_partition(tree, "259:3", NVME0 "/nvme/nvme0/nvme0n1/nvme0n1p3");
	host_tree_block(tree, "259:4", NVME1 "/nvme/nvme1/nvme1n1");
	host_tree_block(tree, "8:0", SATA "/ata1/host0/target0:0:0/0:0:0:0/block/sda");
	host_tree_partition(tree, "8:1", SATA "/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1");
	host_tree_block(tree, "8:16", SATA "/ata2/host1/target1:0:0/1:0:0:0/block/sdb");
}

void host_tree_check(struct host_tree *tree, const char *lines, const char *gaps)
{
	struct text wanted = { .used = 0 }, got = { .used = 0 };
	struct settings settings;

	assert_int_equal(host_find_needs(&tree->needs, tree->arena, &tree->roots), 0);
	if (*lines) {
		text_add(&wanted, "%s%s", HOST_HEADING, lines);
		check_text("text", tree->needs.text ? tree->needs.text : "", wanted.bytes);
	}
	for (const struct host_gap *gap = tree->needs.gaps; gap; gap = gap->next)
		text_add(&got, "%s\n", gap->text);
	check_text("gaps", got.bytes, gaps);
	if (!tree->needs.text)
		return;
	settings_init(&settings, tree->arena);
	assert_int_equal(settings_read_host(&settings, "host", tree->needs.text), 0);
	if (settings.problems)
		fail_msg("%s: %s", tree->needs.text, settings.problems->text);
	for (size_t i = 0; i < settings.protect.count; i++) {
		const struct selector *selector = &settings.protect.items[i];

		assert_true(selector->has_identity);
		assert_true(selector->kind == SELECTOR_PATH || selector->kind == SELECTOR_FUNCTION);
		assert_true(selector->purpose && *selector->purpose);
	}
	assert_int_equal(settings.protect.count > 0, *lines != '\0');
}
