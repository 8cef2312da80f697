// SPDX-License-Identifier: GPL-2.0-or-later
/* The layers between a file system and the controllers of its disks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host_tree.h"

#define NVME0 "pci0000:00/0000:00:06.0/0000:01:00.0/nvme/nvme0/nvme0n1"
#define NVME1 "pci0000:00/0000:00:07.0/0000:02:00.0/nvme/nvme1/nvme1n1"
#define SATA  "pci0000:00/0000:00:17.0"
#define SDA   SATA "/ata1/host0/target0:0:0/0:0:0:0/block/sda"
#define SDB   SATA "/ata2/host1/target1:0:0/1:0:0:0/block/sdb"

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

static void test_partition(void **state)
{
	host_tree_mount(*state, "259:2 / ext4 /dev/nvme0n1p2 rw\n"
				"259:1 /boot/efi vfat /dev/nvme0n1p1 rw\n"
				"259:4 /home ext4 /dev/nvme1n1 rw\n");
	host_tree_check(*state, "protect = " HOST_NVME0 "  # /, /boot/efi (nvme0n1)\n", "");
}

static void test_sata(void **state)
{
	host_tree_mount(*state, "8:1 / ext4 /dev/sda1 rw\n8:16 /usr xfs /dev/sdb rw\n");
	host_tree_check(*state, "protect = " HOST_SATA "  # /, /usr (sda, sdb)\n", "");
}

static void test_lvm_on_luks(void **state)
{
	host_tree_block(*state, "253:0", "virtual/block/dm-0");
	host_tree_block(*state, "253:1", "virtual/block/dm-1");
	host_tree_slave(*state, "virtual/block/dm-0", NVME0 "/nvme0n1p3");
	host_tree_slave(*state, "virtual/block/dm-1", "virtual/block/dm-0");
	host_tree_mount(*state, "253:1 / ext4 /dev/mapper/vg-root rw\n");
	host_tree_check(*state, "protect = " HOST_NVME0 "  # / (nvme0n1)\n", "");
}

static void test_raid1(void **state)
{
	host_tree_block(*state, "9:0", "virtual/block/md0");
	host_tree_slave(*state, "virtual/block/md0", NVME0 "/nvme0n1p2");
	host_tree_slave(*state, "virtual/block/md0", SDA "/sda1");
	host_tree_mount(*state, "9:0 / ext4 /dev/md0 rw\n");
	assert_int_equal(host_find_needs(&((struct host_tree *)*state)->needs,
					 ((struct host_tree *)*state)->arena,
					 &((struct host_tree *)*state)->roots),
			 0);
	/* Directory order may vary; both lines must be there. */
	assert_non_null(strstr(((struct host_tree *)*state)->needs.text,
			       "\nprotect = " HOST_NVME0 "  # / (nvme0n1)\n"));
	assert_non_null(strstr(((struct host_tree *)*state)->needs.text,
			       "\nprotect = " HOST_SATA "  # / (sda)\n"));
}

/* A circle is impossible, but must end. */
static void test_circle(void **state)
{
	host_tree_block(*state, "253:0", "virtual/block/dm-0");
	host_tree_block(*state, "253:1", "virtual/block/dm-1");
	host_tree_slave(*state, "virtual/block/dm-0", "virtual/block/dm-1");
	host_tree_slave(*state, "virtual/block/dm-1", "virtual/block/dm-0");
	host_tree_mount(*state, "253:0 / ext4 /dev/dm-0 rw\n");
	host_tree_check(*state, "", "");
}

static void link_btrfs(struct host_tree *tree, const char *uuid, const char *name, const char *path)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "sys/fs/btrfs/%s/devices/%s", uuid, name);
	snprintf(target, sizeof(target), "../../../../devices/%s", path);
	scratch_link(&tree->scratch, link, target);
}

static void make_btrfs(struct host_tree *tree)
{
	scratch_write(&tree->scratch, "sys/fs/btrfs/features/raid1c34", "0\n");
	link_btrfs(tree, "1111-a", "nvme0n1p2", NVME0 "/nvme0n1p2");
	link_btrfs(tree, "1111-a", "sda1", SDA "/sda1");
	link_btrfs(tree, "2222-b", "nvme1n1", NVME1);
}

static void check_btrfs(struct host_tree *tree, bool other)
{
	assert_int_equal(host_find_needs(&tree->needs, tree->arena, &tree->roots), 0);
	assert_non_null(tree->needs.text);
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_NVME0 "  # / (nvme0n1)\n"));
	assert_non_null(strstr(tree->needs.text, "protect = " HOST_SATA "  # / (sda)\n"));
	check_number("the other", strstr(tree->needs.text, HOST_NVME1) != NULL, other);
	assert_null(tree->needs.gaps);
}

static void test_btrfs(void **state)
{
	make_btrfs(*state);
	host_tree_mount(*state, "0:31 / btrfs /dev/nvme0n1p2 rw,subvol=/@\n");
	check_btrfs(*state, false);
}

/* With an unknown source, too many rather than too few. */
static void test_btrfs_of_unknown_source(void **state)
{
	make_btrfs(*state);
	host_tree_mount(*state, "0:31 / btrfs /dev/root rw\n");
	check_btrfs(*state, true);
}

static void test_bcachefs(void **state)
{
	host_tree_mount(*state, "0:31 / bcachefs /dev/sda1:/dev/nvme1n1 rw\n");
	host_tree_check(*state,
			"protect = " HOST_SATA "  # / (sda)\n"
			"protect = " HOST_NVME1 "  # / (nvme1n1)\n",
			"");
}

static void test_multipath(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, "pci0000:00/0000:00:08.0", 0x0c0400, 0x1077, 0x2261);
	host_tree_pci(tree, "pci0000:80/0000:80:08.0", 0x0c0400, 0x1077, 0x2261);
	host_tree_block(tree, "8:32",
			"pci0000:00/0000:00:08.0/host2/rport-2:0-1/target2:0:0/2:0:0:0/block/sdc");
	host_tree_block(tree, "8:48",
			"pci0000:80/0000:80:08.0/host3/rport-3:0-1/target3:0:0/3:0:0:0/block/sdd");
	host_tree_block(tree, "253:0", "virtual/block/dm-0");
	host_tree_block(tree, "253:1", "virtual/block/dm-1");
	host_tree_slave(tree, "virtual/block/dm-0",
			"pci0000:00/0000:00:08.0/host2/rport-2:0-1/target2:0:0/2:0:0:0/block/sdc");
	host_tree_slave(tree, "virtual/block/dm-0",
			"pci0000:80/0000:80:08.0/host3/rport-3:0-1/target3:0:0/3:0:0:0/block/sdd");
	host_tree_slave(tree, "virtual/block/dm-1", "virtual/block/dm-0");
	host_tree_mount(tree, "253:1 / ext4 /dev/mapper/mpatha-part2 rw\n");
	assert_int_equal(host_find_needs(&tree->needs, tree->arena, &tree->roots), 0);
	assert_non_null(
		strstr(tree->needs.text, "protect = 00:08.0@1077:2261:1af4:1100  # / (sdc)"));
	assert_non_null(
		strstr(tree->needs.text, "protect = 80:08.0@1077:2261:1af4:1100  # / (sdd)"));
}

static void make_loop(struct host_tree *tree, const char *file)
{
	host_tree_block(tree, "7:0", "virtual/block/loop0");
	scratch_write(&tree->scratch, "sys/devices/virtual/block/loop0/loop/backing_file", file);
}

static void test_loop(void **state)
{
	make_loop(*state, "/mnt/a disk/image\n");
	host_tree_mount(*state, "7:0 / squashfs /dev/loop0 ro\n"
				"259:4 /mnt ext4 /dev/nvme1n1 rw\n"
				"8:1 /mnt/a\\040disk ext4 /dev/sda1 rw\n");
	host_tree_check(*state, "protect = " HOST_SATA "  # / (sda)\n", "");
}

static void test_loop_on_itself(void **state)
{
	make_loop(*state, "/image\n");
	host_tree_mount(*state, "7:0 / ext4 /dev/loop0 rw\n");
	host_tree_check(*state, "", "");
}

static void test_usb(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, "pci0000:00/0000:00:14.0", 0x0c0330, 0x8086, 0xa36d);
	host_tree_block(
		tree, "8:32",
		"pci0000:00/0000:00:14.0/usb2/2-3/2-3:1.0/host6/target6:0:0/6:0:0:0/block/sdc");
	host_tree_mount(tree, "8:32 / ext4 /dev/sdc rw\n");
	host_tree_check(tree, "protect = 00:14.0@8086:a36d:1af4:1100  # / (sdc)\n", "");
}

/* SRP over InfiniBand: the SCSI host is below the port's PCI function. */
static void test_infiniband(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, "pci0000:00/0000:00:08.0", 0x020700, 0x15b3, 0x1017);
	host_tree_block(tree, "8:32",
			"pci0000:00/0000:00:08.0/host6/port-6:1/target6:0:0/6:0:0:0/block/sdc");
	host_tree_mount(tree, "8:32 / ext4 /dev/sdc rw\n");
	host_tree_check(tree, "protect = 00:08.0@15b3:1017:1af4:1100  # / (sdc)\n", "");
}

static void test_virtio(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, "pci0000:00/0000:00:03.0", 0x010000, 0x1af4, 0x1001);
	host_tree_block(tree, "254:0", "pci0000:00/0000:00:03.0/virtio0/block/vda");
	host_tree_mount(tree, "254:0 / ext4 /dev/vda rw\n");
	host_tree_check(tree, "protect = 00:03.0@1af4:1001:1af4:1100  # / (vda)\n", "");
}

#define SUBSYSTEM "virtual/nvme-subsystem/nvme-subsys5"

/* A disk with several controllers is shown below its subsystem. */
static void make_nvme_head(struct host_tree *tree)
{
	host_tree_block(tree, "259:9", SUBSYSTEM "/nvme5n1");
	scratch_link(&tree->scratch, "sys/devices/" SUBSYSTEM "/nvme0",
		     "../../../pci0000:00/0000:00:06.0/0000:01:00.0/nvme/nvme0");
	scratch_write(&tree->scratch, "sys/devices/" SUBSYSTEM "/nvme0c0n1", "");
	scratch_link(&tree->scratch, "sys/class/nvme/nvme0",
		     "../../devices/pci0000:00/0000:00:06.0/0000:01:00.0/nvme/nvme0");
}

static void test_nvme_head(void **state)
{
	make_nvme_head(*state);
	host_tree_mount(*state, "259:9 / ext4 /dev/nvme5n1 rw\n");
	host_tree_check(*state, "protect = " HOST_NVME0 "  # / (nvme5n1)\n", "");
}

static void test_nvme_fibre_channel(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, "pci0000:00/0000:00:08.0", 0x0c0400, 0x10df, 0xf400);
	scratch_write(&tree->scratch,
		      "sys/devices/pci0000:00/0000:00:08.0/host2/fc_host/host2/port_name", "0x1\n");
	scratch_link(&tree->scratch, "sys/class/fc_host/host2",
		     "../../devices/pci0000:00/0000:00:08.0/host2/fc_host/host2");
	host_tree_block(tree, "259:9", "virtual/nvme-fabrics/ctl/nvme7/nvme7n1");
	scratch_write(&tree->scratch, "sys/devices/virtual/nvme-fabrics/ctl/nvme7/transport",
		      "fc\n");
	host_tree_mount(tree, "259:9 / ext4 /dev/nvme7n1 rw\n");
	host_tree_check(tree, "protect = 00:08.0@10df:f400:1af4:1100  # / (nvme7n1)\n", "");
}

static void test_nvme_loop(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "259:9", "virtual/nvme-fabrics/ctl/nvme7/nvme7n1");
	scratch_write(&tree->scratch, "sys/devices/virtual/nvme-fabrics/ctl/nvme7/transport",
		      "loop\n");
	host_tree_mount(tree, "259:9 / ext4 /dev/nvme7n1 rw\n");
	host_tree_check(tree, "", "/: nvme7n1: unknown NVMe transport 'loop'\n");
}

#define VMD "pci0000:00/0000:00:0e.0"

/* The controller that shows the disk is needed as much as the disk. */
static void test_vmd(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, VMD, 0x010400, 0x8086, 0x9a0b);
	host_tree_pci(tree, VMD "/pci10000:e0/10000:e0:01.0", 0x060400, 0x8086, 0x9a09);
	host_tree_pci(tree, VMD "/pci10000:e0/10000:e0:01.0/10000:e1:00.0", 0x010802, 0x144d,
		      0xa808);
	host_tree_block(tree, "259:9",
			VMD "/pci10000:e0/10000:e0:01.0/10000:e1:00.0/nvme/nvme7/nvme7n1");
	host_tree_mount(tree, "259:9 / ext4 /dev/nvme7n1 rw\n");
	host_tree_check(tree,
			"protect = 00:0e.0@8086:9a0b:1af4:1100  # / (nvme7n1)\n"
			"protect = 10000:e0:01.0/00.0@144d:a808:1af4:1100  # / (nvme7n1)\n",
			"");
}

/* A platform device needs no PCI device. */
static void test_platform(void **state)
{
	host_tree_block(*state, "179:0", "platform/soc/fe340000.mmc/mmc_host/mmc0/block/mmcblk0");
	host_tree_mount(*state, "179:0 / ext4 /dev/mmcblk0 rw\n");
	host_tree_check(*state, "", "");
}

static void make_zpool(struct host_tree *tree, char *path, size_t size, const char *script)
{
	snprintf(path, size, "%s/zpool", tree->scratch.path);
	scratch_write(&tree->scratch, "zpool", script);
	assert_int_equal(chmod(path, 0755), 0);
	tree->roots.zpool = path;
	host_tree_mount(tree, "0:40 / zfs rpool/ROOT/debian rw,xattr\n"
			      "8:1 /srv ext4 /dev/sda1 rw\n");
}

/* Output of zpool(8) 2.2 for a mirror with a log in a file. */
static void test_zfs(void **state)
{
	char path[256];

	make_zpool(*state, path, sizeof(path),
		   "#!/bin/sh\n"
		   "[ \"$*\" = 'list -vHPL -- rpool' ] || exit 2\n"
		   "printf 'rpool\\t928G\\t1G\\t927G\\t-\\t-\\t0%%\\t0%%\\t1.00x\\tONLINE\\t-\\n'\n"
		   "printf '\\tmirror-0\\t928G\\t1G\\t927G\\t-\\t-\\t0%%\\t0.1%%\\t-\\tONLINE\\n'\n"
		   "printf '\\t/dev/nvme0n1p3\\t929G\\t-\\t-\\t-\\t-\\t-\\t-\\t-\\tONLINE\\n'\n"
		   "printf '\\t/dev/nvme1n1\\t929G\\t-\\t-\\t-\\t-\\t-\\t-\\t-\\tONLINE\\n'\n"
		   "printf 'logs\\t-\\t-\\t-\\t-\\t-\\t-\\t-\\t-\\t-\\n'\n"
		   "printf '\\t/srv/log\\t1G\\t-\\t-\\t-\\t-\\t-\\t-\\t-\\tONLINE\\n'\n");
	host_tree_check(*state,
			"protect = " HOST_NVME0 "  # / (nvme0n1)\n"
			"protect = " HOST_NVME1 "  # / (nvme1n1)\n"
			"protect = " HOST_SATA "  # / (sda)\n",
			"");
}

static void check_zpool_error(struct host_tree *tree, int error)
{
	struct text gap = { .used = 0 };

	text_add(&gap, "/: zpool list rpool: %s\n", strerror(error));
	host_tree_check(tree, "", gap.bytes);
}

static void test_zfs_fails(void **state)
{
	char path[256];

	make_zpool(*state, path, sizeof(path), "#!/bin/sh\nexit 1\n");
	check_zpool_error(*state, EIO);
	make_zpool(*state, path, sizeof(path), "#!/bin/sh\nexit 0\n");
	host_tree_check(*state, "", "/: zpool names no disk of the pool rpool\n");
	make_zpool(*state, path, sizeof(path), "#!/bin/sh\nexec yes /dev/sda1\n");
	check_zpool_error(*state, EFBIG);
}

static void test_zfs_hangs(void **state)
{
	char path[256];
	time_t start = time(NULL);

	make_zpool(*state, path, sizeof(path), "#!/bin/sh\nexec sleep 60\n");
	check_zpool_error(*state, ETIMEDOUT);
	assert_true(time(NULL) - start < 30);
}

static void test_overlay(void **state)
{
	host_tree_mount(*state, "0:50 / overlay overlay "
				"ro,lowerdir=/media/root-ro:/nowhere,upperdir=/up\\040per/x\n"
				"8:1 /media/root-ro ext4 /dev/sda1 ro\n"
				"259:4 /up\\040per ext4 /dev/nvme1n1 rw\n");
	host_tree_check(
		*state,
		"protect = " HOST_SATA "  # / (sda)\n"
		"protect = " HOST_NVME1 "  # / (nvme1n1)\n"
		"# could not be resolved: /: overlay: the location of '/nowhere' is unknown\n",
		"/: overlay: the location of '/nowhere' is unknown\n");
}

static void test_in_memory(void **state)
{
	host_tree_mount(*state, "0:50 / tmpfs tmpfs rw\n259:4 /nix ext4 /dev/nvme1n1 rw\n");
	host_tree_check(*state, "protect = " HOST_NVME1 "  # /nix (nvme1n1)\n", "");
}

static void test_unknown_type(void **state)
{
	host_tree_mount(*state, "0:50 / fuse.mergerfs a:b rw\n0:51 /usr ubifs ubi0:usr rw\n");
	host_tree_check(*state, "",
			"/: the device under a file system of type fuse.mergerfs is unknown\n"
			"/usr: the device under a file system of type ubifs is unknown\n");
}

static void test_not_in_sysfs(void **state)
{
	host_tree_mount(*state, "8:99 / ext4 /dev/sdz rw\n");
	host_tree_check(*state, "", "/: sysfs has no block device 8:99\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_partition),
		TEST(test_sata),
		TEST(test_lvm_on_luks),
		TEST(test_raid1),
		TEST(test_circle),
		TEST(test_btrfs),
		TEST(test_btrfs_of_unknown_source),
		TEST(test_bcachefs),
		TEST(test_multipath),
		TEST(test_loop),
		TEST(test_loop_on_itself),
		TEST(test_usb),
		TEST(test_infiniband),
		TEST(test_virtio),
		TEST(test_nvme_head),
		TEST(test_nvme_fibre_channel),
		TEST(test_nvme_loop),
		TEST(test_vmd),
		TEST(test_platform),
		TEST(test_zfs),
		TEST(test_zfs_fails),
		TEST(test_zfs_hangs),
		TEST(test_overlay),
		TEST(test_in_memory),
		TEST(test_unknown_type),
		TEST(test_not_in_sysfs),
	};

	return cmocka_run_group_tests_name("host_storage", tests, NULL, NULL);
}
