// SPDX-License-Identifier: GPL-2.0-or-later
#include "in_use_tree.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int in_use_tree_create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	host_tree_pci(&tree, "pci0000:00/0000:00:1c.0", 0x060400, 0x8086, 0xa110);
	host_tree_pci(&tree, "pci0000:00/0000:00:01.0", 0x060400, 0x8086, 0x1901);
	host_tree_pci(&tree, NIC0, 0x020000, 0x8086, 0x1521);
	host_tree_pci(&tree, NIC1, 0x020000, 0x8086, 0x1521);
	host_tree_pci(&tree, CARD, 0x030000, 0x10de, 0x1f91);
	scratch_link(&tree.scratch, "sys/bus/pci/devices/0000:04:00.0", "../../../devices/" CARD);
	host_tree_interface(&tree, NIC0 "/net/eno1");
	host_tree_interface(&tree, NIC1 "/net/eno2");
	scratch_write(&tree.scratch, "sys/devices/" NIC0 "/net/eno1/flags", "0x1003\n");
	scratch_write(&tree.scratch, "sys/devices/" NIC1 "/net/eno2/flags", "0x1002\n");
	host_tree_mount(&tree, "0:5 /proc proc proc rw\n0:6 / tmpfs none rw\n");
	*state = &tree;
	return 0;
}

int in_use_tree_destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

void in_use_tree_check_devices(struct host_tree *tree, const struct pci_address *devices,
			       size_t count, const char *lines)
{
	struct in_use in_use = { .driver = "vfio-pci", .devices = devices, .count = count };
	struct text wanted = { .used = 0 };

	assert_int_equal(in_use_find(&in_use, &tree->needs, tree->arena, &tree->roots), 0);
	assert_true(in_use.at_home);
	assert_int_equal(in_use.error, 0);
	assert_int_equal(in_use.unread, 0);
	text_add(&wanted, "%s%s", HOST_HEADING, lines);
	check_text("text", tree->needs.text ? tree->needs.text : "", wanted.bytes);
}

void in_use_tree_check(struct host_tree *tree, const char *lines)
{
	in_use_tree_check_devices(tree, NULL, 0, lines);
}

void in_use_tree_process(struct host_tree *tree, const char *pid, const char *name,
			 const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%s/comm", pid);
	scratch_write(&tree->scratch, path, name);
	snprintf(path, sizeof(path), "proc/%s/fd/7", pid);
	scratch_link(&tree->scratch, path, file);
}

void in_use_tree_character(struct host_tree *tree, const char *number, const char *path,
			   const char *name)
{
	char file[256], text[256];

	snprintf(file, sizeof(file), "sys/dev/char/%s", number);
	snprintf(text, sizeof(text), "../../devices/%s", path);
	scratch_link(&tree->scratch, file, text);
	snprintf(file, sizeof(file), "sys/devices/%s/uevent", path);
	snprintf(text, sizeof(text), "MAJOR=1\nMINOR=3\nDEVNAME=%s\n", name);
	scratch_write(&tree->scratch, file, text);
}

const char *in_use_tree_block_node(struct host_tree *tree, const char *name, unsigned int major,
				   unsigned int minor)
{
	static char path[192];

	snprintf(path, sizeof(path), "%s/%s", tree->scratch.path, name);
	unlink(path);
	if (mknod(path, S_IFBLK | 0600, makedev(major, minor)) < 0) {
		print_message("skip: no block nodes can be made here: %s\n", strerror(errno));
		skip();
	}
	return path;
}
