// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose disks are in use: held, open, opened exclusively, or below a loop device. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "in_use_tree.h"

/* A RAID that runs, though nothing on it is mounted. */
static void test_holders(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "9:0", "virtual/block/md0");
	scratch_link(&tree->scratch,
		     "sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/"
		     "holders/md0",
		     "../../md0");
	in_use_tree_check(tree, "protect = " HOST_SATA "  # md0 (sda)\n");
}

static void test_raw_disk(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_process(tree, "812", "dd\n", in_use_tree_block_node(tree, "disk", 259, 4));
	in_use_tree_check(tree,
			  "protect = " HOST_NVME1 "  # dd (pid 812) at /dev/nvme1n1 (nvme1n1)\n");
}

static void test_raw_partition(void **state)
{
	struct host_tree *tree = *state;

	in_use_tree_process(tree, "812", "qemu\n", in_use_tree_block_node(tree, "disk", 8, 1));
	in_use_tree_check(tree, "protect = " HOST_SATA "  # qemu (pid 812) at /dev/sda1 (sda)\n");
}

/* A volume on a disk is open. */
static void test_mapped_disk(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "254:0", "virtual/block/dm-0");
	host_tree_slave(tree, "virtual/block/dm-0",
			"pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/block/sdb");
	in_use_tree_process(tree, "812", "ceph-osd\n",
			    in_use_tree_block_node(tree, "disk", 254, 0));
	in_use_tree_check(tree,
			  "protect = " HOST_SATA "  # ceph-osd (pid 812) at /dev/dm-0 (sdb)\n");
}

static const struct pci_address card = { .bus = 4 };

/*
 * Makes a disk vda on the card, with the node of an unused loop device, and opens it with
 * the flags. Skips the test on machines without loop devices.
 */
static int open_disk(struct host_tree *tree, int flags)
{
	unsigned int minor = 8;
	char number[32];
	int fd = -1;

	while (fd < 0 && minor-- > 0)
		fd = open(in_use_tree_block_node(tree, "probe", 7, minor),
			  O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_EXCL);
	if (fd < 0) {
		print_message("skip: no loop device can be opened here: %s\n", strerror(errno));
		skip();
	}
	close(fd);
	snprintf(number, sizeof(number), "7:%u", minor);
	host_tree_block(tree, number, CARD "/virtio1/block/vda");
	fd = open(in_use_tree_block_node(tree, "dev/vda", 7, minor),
		  O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
	assert_true(fd >= 0);
	return fd;
}

/*
 * The test itself has the disk, unseen, because its /proc is the tree's. Merely open, a
 * disk is free.
 */
static void test_exclusive(void **state)
{
	struct host_tree *tree = *state;
	int fd = open_disk(tree, O_EXCL);

	in_use_tree_check_devices(tree, &card, 1, USES_CARD("an exclusive user of vda (vda)"));
	in_use_tree_check_devices(tree, NULL, 0, "");
	close(fd);
	in_use_tree_check_devices(tree, &card, 1, "");
}

static void test_shared(void **state)
{
	struct host_tree *tree = *state;
	int fd = open_disk(tree, 0);

	in_use_tree_check_devices(tree, &card, 1, "");
	close(fd);
}

/* A file in the node's place tells nothing. Other disks are not opened. */
static void test_no_node(void **state)
{
	struct host_tree *tree = *state;
	static const struct pci_address disk = { .bus = 2 };

	in_use_tree_check_devices(tree, &card, 1, "");
	in_use_tree_check_devices(tree, &disk, 1,
				  "protect = " HOST_NVME1
				  "  # an unknown use (/dev/nvme1n1 is not its node) (nvme1n1)\n");
}

static void test_loop(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "7:0", "virtual/block/loop0");
	in_use_tree_check(tree, "");
	scratch_write(&tree->scratch, "sys/devices/virtual/block/loop0/loop/backing_file",
		      "/dev/nvme1n1\n");
	in_use_tree_check(tree, "protect = " HOST_NVME1 "  # loop0 (nvme1n1)\n");
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, in_use_tree_create, in_use_tree_destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_holders),	TEST(test_raw_disk),  TEST(test_raw_partition),
		TEST(test_mapped_disk), TEST(test_exclusive), TEST(test_shared),
		TEST(test_no_node),	TEST(test_loop),
	};

	return cmocka_run_group_tests_name("in_use_block", tests, NULL, NULL);
}
