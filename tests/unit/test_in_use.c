// SPDX-License-Identifier: GPL-2.0-or-later
/* What a running host uses of its devices, besides what it needs to boot. */
#include "host/in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host_tree.h"

#define NIC0 "pci0000:00/0000:00:1c.0/0000:03:00.0"
#define NIC1 "pci0000:00/0000:00:1c.0/0000:03:00.1"
#define CARD "pci0000:00/0000:00:01.0/0000:04:00.0"

#define USES_NIC0(use) "protect = 00:1c.0/00.0@8086:1521:1af4:1100  # " use "\n"
#define USES_NIC1(use) "protect = 00:1c.0/00.1@8086:1521:1af4:1100  # " use "\n"
#define USES_CARD(use) "protect = 00:01.0/00.0@10de:1f91:1af4:1100  # " use "\n"

#define ROUTES \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"

static int create(void **state)
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

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

/* Looks with vfio-pci as the driver to bind to these devices; lines are the protect lines. */
static void check_devices(struct host_tree *tree, const struct pci_address *devices, size_t count,
			  const char *lines)
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

static void check(struct host_tree *tree, const char *lines)
{
	check_devices(tree, NULL, 0, lines);
}

static void test_nothing(void **state)
{
	check(*state, "");
}

static void test_mounts(void **state)
{
	host_tree_mount(*state, "259:1 / ext4 /dev/nvme0n1p1 rw\n"
				"259:4 /srv/a\\040b,c ext4 /dev/nvme1n1 rw\n"
				"0:7 /sys/fs/cgroup cgroup2 cgroup rw\n"
				"0:8 /run tmpfs tmpfs rw\n"
				"8:1 /mnt xfs /dev/sda1 rw\n");
	check(*state, "protect = " HOST_NVME0 "  # / (nvme0n1)\n"
		      "protect = " HOST_NVME1 "  # /srv/a b,c (nvme1n1)\n"
		      "protect = " HOST_SATA "  # /mnt (sda)\n");
}

static void test_swap(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/swaps",
		      "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		      "/dev/nvme1n1                            partition\t1\t0\t-2\n");
	check(tree, "protect = " HOST_NVME1 "  # swap (nvme1n1)\n");
}

/* A RAID that runs, though nothing on it is mounted. */
static void test_holders(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "9:0", "virtual/block/md0");
	scratch_link(&tree->scratch,
		     "sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/"
		     "holders/md0",
		     "../../md0");
	check(tree, "protect = " HOST_SATA "  # md0 (sda)\n");
}

static void test_routes(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/net/route",
		      ROUTES "eno1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	check(tree, USES_NIC0("the network (eno1)"));
}

/* Everybody has a link-local address. */
static void test_addresses(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/net/if_inet6",
		      "fe800000000000000000000000000001 02 40 20 80     eno1\n"
		      "00000000000000000000000000000001 01 80 10 80       lo\n"
		      "20010db8000000000000000000000001 03 40 00 80     eno2\n");
	check(tree, USES_NIC1("the network (eno2)"));
}

/* Ports of a bridge without an address: one is up, the other is not. */
static void test_ports(void **state)
{
	struct host_tree *tree = *state;

	host_tree_interface(tree, "virtual/net/br0");
	scratch_link(&tree->scratch, "sys/devices/" NIC0 "/net/eno1/upper_br0", "../br0");
	scratch_link(&tree->scratch, "sys/devices/" NIC1 "/net/eno2/upper_br0", "../br0");
	check(tree, USES_NIC0("the network (eno1)"));
}

static void connector(struct host_tree *tree, const char *enabled)
{
	scratch_write(&tree->scratch, "sys/devices/" CARD "/drm/card1/card1-DP-1/enabled", enabled);
	scratch_link(&tree->scratch, "sys/class/drm/card1-DP-1",
		     "../../devices/" CARD "/drm/card1/card1-DP-1");
}

static void test_picture(void **state)
{
	connector(*state, "enabled\n");
	check(*state, USES_CARD("a picture (card1-DP-1)"));
}

static void test_no_picture(void **state)
{
	connector(*state, "disabled\n");
	check(*state, "");
}

static void test_firmware_picture(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "sys/devices/" CARD "/boot_vga", "1\n");
	scratch_write(&tree->scratch, "proc/iomem",
		      "c0000000-cfffffff : 0000:04:00.0\n  c0000000-c02fffff : efifb\n");
	check(tree, USES_CARD("a picture (the firmware's framebuffer)"));
}

static void process(struct host_tree *tree, const char *pid, const char *name, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%s/comm", pid);
	scratch_write(&tree->scratch, path, name);
	snprintf(path, sizeof(path), "proc/%s/fd/7", pid);
	scratch_link(&tree->scratch, path, file);
}

/*
 * The open nodes are real ones that every machine has; the tree's sysfs makes them
 * something else.
 */
#define NODE_A	      "/dev/null"
#define NODE_A_NUMBER "1:3"
#define NODE_B	      "/dev/full"
#define NODE_B_NUMBER "1:7"
#define NODE_C	      "/dev/tty" /* 5:0 */

/* Makes a character device of this number; name is its node's in /dev. */
static void character(struct host_tree *tree, const char *number, const char *path,
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

static void test_compositor(void **state)
{
	struct host_tree *tree = *state;

	character(tree, NODE_A_NUMBER, CARD "/drm/renderD129", "dri/renderD129");
	process(tree, "812", "Xorg\n", NODE_A);
	process(tree, "813", "bash\n", NODE_B);
	process(tree, "814", "odd\n", "/dev/dri/renderD7");
	check(tree, USES_CARD("Xorg (pid 812) at /dev/dri/renderD129 (renderD129)"));
}

/* Only the number counts: neither a file with a node's name nor a node's own name. */
static void test_names(void **state)
{
	struct host_tree *tree = *state;
	char plain[192], odd[192];

	character(tree, NODE_A_NUMBER, CARD "/sound/card0/controlC0", "snd/controlC0");
	scratch_write(&tree->scratch, "jail/dev/snd/controlC0", "");
	scratch_link(&tree->scratch, "jail/odd", NODE_A);
	snprintf(plain, sizeof(plain), "%s/jail/dev/snd/controlC0", tree->scratch.path);
	process(tree, "812", "plain\n", plain);
	check(tree, "");
	snprintf(odd, sizeof(odd), "%s/jail/odd", tree->scratch.path);
	process(tree, "813", "mixer\n", odd);
	check(tree, USES_CARD("mixer (pid 813) at /dev/snd/controlC0 (controlC0)"));
}

/* A process with a node open twice, and nodes without a device. */
static void test_once(void **state)
{
	struct host_tree *tree = *state;

	character(tree, NODE_A_NUMBER, NIC0 "/uio/uio0", "uio0");
	character(tree, NODE_B_NUMBER, "virtual/mem/full", "full");
	process(tree, "812", "dpdk\n", NODE_A);
	scratch_link(&tree->scratch, "proc/812/fd/8", NODE_A);
	scratch_link(&tree->scratch, "proc/812/fd/9", NODE_B);
	check(tree, USES_NIC0("dpdk (pid 812) at /dev/uio0 (uio0)"));
}

/* The first thread has ended, or a thread has files of its own. */
static void test_threads(void **state)
{
	struct host_tree *tree = *state;

	character(tree, NODE_A_NUMBER, CARD "/drm/card1", "dri/card1");
	scratch_write(&tree->scratch, "proc/5000001/comm", "game\n");
	scratch_write(&tree->scratch, "proc/5000001/task/5000001/comm", "game\n");
	scratch_link(&tree->scratch, "proc/5000001/task/5000002/fd/3", NODE_A);
	check(tree, USES_CARD("game (pid 5000001) at /dev/dri/card1 (card1)"));
}

/* A node that is mapped and closed. */
static void test_mapping(void **state)
{
	struct host_tree *tree = *state;

	character(tree, NODE_A_NUMBER, CARD "/drm/card1", "dri/card1");
	process(tree, "812", "draws\n", "socket:[1234]");
	scratch_write(&tree->scratch, "proc/812/maps",
		      "00400000-00401000 r-xp 00000000 08:01 77    /usr/bin/draws\n"
		      "7f00000000-7f00001000 rw-s 00000000 00:05 10    /jail/dev/dri/card1\n");
	scratch_link(&tree->scratch, "proc/812/map_files/7f00000000-7f00001000", NODE_A);
	check(tree, USES_CARD("draws (pid 812) at /dev/dri/card1 (card1)"));
}

/* Endless maps leave a process unknown. */
static void test_unread(void **state)
{
	struct host_tree *tree = *state;
	struct in_use in_use = { .driver = "vfio-pci" };
	char path[192];

	process(tree, "812", "stuck\n", NODE_A);
	snprintf(path, sizeof(path), "%s/proc/812/maps", tree->scratch.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(in_use_find(&in_use, &tree->needs, tree->arena, &tree->roots), 0);
	assert_true(in_use.at_home);
	assert_int_equal(in_use.error, -ETIMEDOUT);
	assert_int_equal(in_use.unread, 812);
}

/*
 * Anything but its end keeps a process's files unknown. A link to itself cannot be
 * followed even by root, and the first page of a process cannot be read.
 */
static void test_unlisted(void **state)
{
	struct host_tree *tree = *state;
	static const struct {
		const char *file, *target;
		int error;
	} rows[] = {
		{ "proc/813/fd", "fd", -ELOOP },
		{ "proc/813/task", "task", -ELOOP },
		{ "proc/813/task/814/fd", "fd", -ELOOP },
		{ "proc/813/maps", "maps", -ELOOP },
		{ "proc/813/maps", "/proc/self/mem", -EIO },
		/* It has ended. */
		{ "proc/813/fd", "gone", 0 },
		{ "proc/813/task", "gone", 0 },
		{ "proc/813/maps", "gone", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct in_use in_use = { .driver = "vfio-pci" };

		scratch_write(&tree->scratch, "proc/813/comm", "odd\n");
		scratch_link(&tree->scratch, rows[i].file, rows[i].target);
		assert_int_equal(in_use_find(&in_use, &tree->needs, tree->arena, &tree->roots), 0);
		if (in_use.error != rows[i].error)
			fail_msg("%s -> %s: %d", rows[i].file, rows[i].target, in_use.error);
		assert_int_equal(in_use.unread, rows[i].error ? 813 : 0);
		assert_int_equal(unlinkat(tree->scratch.fd, rows[i].file, 0), 0);
		unlinkat(tree->scratch.fd, "proc/813/task/814", AT_REMOVEDIR);
		unlinkat(tree->scratch.fd, "proc/813/task", AT_REMOVEDIR);
	}
}

/* Makes a block node below the test's directory. Skips the test if that is not allowed. */
static const char *block_node(struct host_tree *tree, const char *name, unsigned int major,
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

static void test_raw_disk(void **state)
{
	struct host_tree *tree = *state;

	process(tree, "812", "dd\n", block_node(tree, "disk", 259, 4));
	check(tree, "protect = " HOST_NVME1 "  # dd (pid 812) at /dev/nvme1n1 (nvme1n1)\n");
}

static void test_raw_partition(void **state)
{
	struct host_tree *tree = *state;

	process(tree, "812", "qemu\n", block_node(tree, "disk", 8, 1));
	check(tree, "protect = " HOST_SATA "  # qemu (pid 812) at /dev/sda1 (sda)\n");
}

/* A volume on a disk is open. */
static void test_mapped_disk(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "254:0", "virtual/block/dm-0");
	host_tree_slave(tree, "virtual/block/dm-0",
			"pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/block/sdb");
	process(tree, "812", "ceph-osd\n", block_node(tree, "disk", 254, 0));
	check(tree, "protect = " HOST_SATA "  # ceph-osd (pid 812) at /dev/dm-0 (sdb)\n");
}

/* Several controllers share ng0n1. */
static void test_shared_nvme(void **state)
{
	struct host_tree *tree = *state;

	character(tree, NODE_A_NUMBER, "virtual/nvme-subsystem/nvme-subsys0/ng0n1", "ng0n1");
	scratch_link(&tree->scratch, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1",
		     "../../../pci0000:00/0000:00:07.0/0000:02:00.0/nvme/nvme1");
	scratch_link(&tree->scratch, "sys/class/nvme/nvme1",
		     "../../devices/pci0000:00/0000:00:07.0/0000:02:00.0/nvme/nvme1");
	process(tree, "812", "nvme\n", NODE_A);
	check(tree, "protect = " HOST_NVME1 "  # nvme (pid 812) at /dev/ng0n1 (ng0n1)\n");
}

static void driver(struct host_tree *tree, const char *name)
{
	char link[128];

	snprintf(link, sizeof(link), "sys/bus/pci/drivers/%s/0000:04:00.0", name);
	scratch_link(&tree->scratch, link, "../../../../devices/" CARD);
}

static void test_compute(void **state)
{
	struct host_tree *tree = *state;

	character(tree, NODE_A_NUMBER, "virtual/kfd/kfd", "kfd");
	process(tree, "812", "trains\n", NODE_A);
	check(tree, "");
	driver(tree, "amdgpu");
	check(tree, USES_CARD("trains (pid 812) at /dev/kfd (kfd)"));
}

/* Nodes of a driver unknown to sysfs: 1:3 and 1:7, and 5:0, which all GPUs share. */
static void nvidia(struct host_tree *tree)
{
	scratch_write(&tree->scratch, "proc/devices",
		      "Character devices:\n  1 nvidia\n  1 nvidiactl\n  5 nvidia-uvm\n\n"
		      "Block devices:\n  1 ramdisk\n");
	driver(tree, "nvidia");
}

static void gpu(struct host_tree *tree, const char *address, unsigned int minor)
{
	char path[128], text[128];

	snprintf(path, sizeof(path), "proc/driver/nvidia/gpus/%s/information", address);
	snprintf(text, sizeof(text),
		 "Model: \t\t NVIDIA\nBus Location: \t %s\nDevice Minor: \t %u\n", address, minor);
	scratch_write(&tree->scratch, path, text);
}

static void test_nvidia(void **state)
{
	struct host_tree *tree = *state;

	process(tree, "812", "cuda\n", NODE_A);
	check(tree, "");
	nvidia(tree);
	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.0", "../../../devices/" NIC0);
	gpu(tree, "0000:03:00.0", 7);
	gpu(tree, "0000:04:00.0", 3);
	check(tree, USES_CARD("cuda (pid 812) at /dev/nvidia3 (nvidia3)"));
}

/* It is unknown which GPU that is, so it may be any. */
static void test_nvidia_unknown(void **state)
{
	struct host_tree *tree = *state;

	process(tree, "812", "cuda\n", NODE_B);
	nvidia(tree);
	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.0", "../../../devices/" NIC0);
	gpu(tree, "0000:03:00.0", 3);
	check(tree, USES_CARD("cuda (pid 812) at /dev/nvidia7 (nvidia7)"));
}

/* Using a shared node counts for all GPUs, unless the process has one of them open. */
static void test_nvidia_shared(void **state)
{
	struct host_tree *tree = *state;

	nvidia(tree);
	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.0", "../../../devices/" NIC0);
	gpu(tree, "0000:03:00.0", 3);
	process(tree, "812", "cuda\n", NODE_C);
	check(tree, USES_CARD("cuda (pid 812) at /dev/nvidia-uvm (nvidia-uvm)"));
	scratch_link(&tree->scratch, "proc/812/fd/8", NODE_A);
	check(tree, USES_NIC0("cuda (pid 812) at /dev/nvidia3 (nvidia3)"));
}

/* A name that would end the comment, look like several, or control a terminal. */
static void test_odd_name(void **state)
{
	struct host_tree *tree = *state;

	character(tree, NODE_A_NUMBER, CARD "/graphics/fb1", "fb1");
	process(tree, "812", "a#b,c\x1b[2J\x9b\nprotect = x\n", NODE_A);
	check(tree, USES_CARD("a?b?c?[2J? (pid 812) at /dev/fb1 (fb1)"));
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
		fd = open(block_node(tree, "probe", 7, minor),
			  O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_EXCL);
	if (fd < 0) {
		print_message("skip: no loop device can be opened here: %s\n", strerror(errno));
		skip();
	}
	close(fd);
	snprintf(number, sizeof(number), "7:%u", minor);
	host_tree_block(tree, number, CARD "/virtio1/block/vda");
	fd = open(block_node(tree, "dev/vda", 7, minor), O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
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

	check_devices(tree, &card, 1, USES_CARD("an exclusive user of vda (vda)"));
	check_devices(tree, NULL, 0, "");
	close(fd);
	check_devices(tree, &card, 1, "");
}

static void test_shared(void **state)
{
	struct host_tree *tree = *state;
	int fd = open_disk(tree, 0);

	check_devices(tree, &card, 1, "");
	close(fd);
}

/* A file in the node's place tells nothing. Other disks are not opened. */
static void test_no_node(void **state)
{
	struct host_tree *tree = *state;
	static const struct pci_address disk = { .bus = 2 };

	check_devices(tree, &card, 1, "");
	check_devices(tree, &disk, 1,
		      "protect = " HOST_NVME1
		      "  # an unknown use (/dev/nvme1n1 is not its node) (nvme1n1)\n");
}

static void test_loop(void **state)
{
	struct host_tree *tree = *state;

	host_tree_block(tree, "7:0", "virtual/block/loop0");
	check(tree, "");
	scratch_write(&tree->scratch, "sys/devices/virtual/block/loop0/loop/backing_file",
		      "/dev/nvme1n1\n");
	check(tree, "protect = " HOST_NVME1 "  # loop0 (nvme1n1)\n");
}

/* A virtual machine has the NIC open, by the group's node or its own. */
static void machine(struct host_tree *tree, const char *bound, const char *node)
{
	char target[64];

	snprintf(target, sizeof(target), "../../bus/pci/drivers/%s", bound);
	scratch_link(&tree->scratch, "sys/devices/" NIC1 "/driver", target);
	scratch_link(&tree->scratch, "sys/kernel/iommu_groups/12/devices/0000:03:00.1",
		     "../../../../devices/" NIC1);
	scratch_link(&tree->scratch, "sys/class/vfio/12", "../../devices/virtual/vfio/12");
	scratch_write(&tree->scratch, "sys/devices/virtual/vfio/12/dev", NODE_A_NUMBER "\n");
	character(tree, NODE_A_NUMBER, "virtual/vfio/12", "vfio/12");
	scratch_write(&tree->scratch, "sys/devices/" NIC1 "/vfio-dev/vfio3/dev",
		      NODE_B_NUMBER "\n");
	character(tree, NODE_B_NUMBER, NIC1 "/vfio-dev/vfio3", "vfio/devices/vfio3");
	process(tree, "900", "qemu-system-x86\n", node);
}

static void test_machine(void **state)
{
	machine(*state, "mlx5_vfio_pci", NODE_A);
	check(*state, USES_NIC1("qemu-system-x86 (pid 900) at /dev/vfio/12 (VFIO group 12)"));
}

static void test_machine_by_device(void **state)
{
	machine(*state, "mlx5_vfio_pci", NODE_B);
	check(*state, USES_NIC1("qemu-system-x86 (pid 900) at /dev/vfio/devices/vfio3 (vfio3)"));
}

/* A device on the wanted driver is not unbound. */
static void test_machine_as_wanted(void **state)
{
	machine(*state, "vfio-pci", NODE_A);
	check(*state, "");
}

static void test_container(void **state)
{
	struct host_tree *tree = *state;
	struct in_use in_use = { .driver = "vfio-pci", .at_home = true };

	scratch_write(&tree->scratch, "run/systemd/container", "lxc");
	assert_int_equal(in_use_find(&in_use, &tree->needs, tree->arena, &tree->roots), 0);
	assert_false(in_use.at_home);
	assert_null(tree->needs.text);
}

static const char *user_of(struct host_tree *tree, int group)
{
	const char *user = "unset";
	struct sysfs sysfs;
	char dev[160];

	snprintf(dev, sizeof(dev), "%s/dev", tree->scratch.path);
	assert_int_equal(sysfs_open(&sysfs, tree->sysfs), 0);
	in_use_find_machine(tree->arena, &sysfs, tree->proc, dev, group, &user);
	sysfs_close(&sysfs);
	return user;
}

static void test_find_machine(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "sys/bus/pci/devices/0000:03:00.1", "../../../devices/" NIC1);
	machine(tree, "vfio-pci", NODE_B);
	check_text("by its device", user_of(tree, 12), "qemu-system-x86 (pid 900)");
	check_text("another group", user_of(tree, 13), NULL);
	scratch_write(&tree->scratch, "sys/class/vfio/noiommu-13/dev", NODE_A_NUMBER "\n");
	process(tree, "901", "other\n", NODE_A);
	check_text("by its group", user_of(tree, 13), "other (pid 901)");
	check_text("a group with a longer number", user_of(tree, 1), NULL);
}

/* Anybody can open a file of this name, in a namespace or chroot; it tells nothing. */
static void test_false_name(void **state)
{
	struct host_tree *tree = *state;
	char path[192];

	machine(tree, "vfio-pci", "/dev/zero");
	scratch_write(&tree->scratch, "dev/vfio/12", "");
	snprintf(path, sizeof(path), "%s/dev/vfio/12", tree->scratch.path);
	process(tree, "901", "liar\n", path);
	check_text("a plain file", user_of(tree, 12), NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	check_text("a FIFO", user_of(tree, 12), NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_mounts),
		TEST(test_swap),
		TEST(test_holders),
		TEST(test_routes),
		TEST(test_addresses),
		TEST(test_ports),
		TEST(test_picture),
		TEST(test_no_picture),
		TEST(test_firmware_picture),
		TEST(test_compositor),
		TEST(test_names),
		TEST(test_once),
		TEST(test_threads),
		TEST(test_mapping),
		TEST(test_unread),
		TEST(test_unlisted),
		TEST(test_raw_disk),
		TEST(test_raw_partition),
		TEST(test_mapped_disk),
		TEST(test_shared_nvme),
		TEST(test_compute),
		TEST(test_nvidia),
		TEST(test_nvidia_unknown),
		TEST(test_nvidia_shared),
		TEST(test_odd_name),
		TEST(test_exclusive),
		TEST(test_shared),
		TEST(test_no_node),
		TEST(test_loop),
		TEST(test_machine),
		TEST(test_machine_by_device),
		TEST(test_machine_as_wanted),
		TEST(test_container),
		TEST(test_find_machine),
		TEST(test_false_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
