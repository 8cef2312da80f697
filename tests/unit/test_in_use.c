// SPDX-License-Identifier: GPL-2.0-or-later
/* What a running host uses of its devices, beyond what it needs to boot. */
#include "in_use.h"

#include <stdio.h>
#include <string.h>

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

/* Looks with vfio-pci as what is to be bound; lines are those of protect. */
static void check(struct host_tree *tree, const char *lines)
{
	struct text wanted = { .used = 0 };
	bool at_home = false;

	assert_int_equal(in_use_find(&tree->needs, tree->arena, &tree->roots, "vfio-pci", &at_home),
			 0);
	assert_true(at_home);
	text_add(&wanted, "%s%s", HOST_HEADING, lines);
	check_text("text", tree->needs.text ? tree->needs.text : "", wanted.bytes);
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

/* A RAID that runs, though nothing of it is mounted. */
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

/* A link-local address everybody has. */
static void test_addresses(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/net/if_inet6",
		      "fe800000000000000000000000000001 02 40 20 80     eno1\n"
		      "00000000000000000000000000000001 01 80 10 80       lo\n"
		      "20010db8000000000000000000000001 03 40 00 80     eno2\n");
	check(tree, USES_NIC1("the network (eno2)"));
}

/* Ports of a bridge that has no address: one is up, the other is not. */
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

static void test_compositor(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "sys/class/drm/renderD129",
		     "../../devices/" CARD "/drm/renderD129");
	scratch_write(&tree->scratch, "sys/devices/" CARD "/drm/renderD129/dev", "226:129\n");
	process(tree, "812", "Xorg\n", "/dev/dri/renderD129");
	process(tree, "813", "bash\n", "/dev/null");
	process(tree, "814", "odd\n", "/dev/dri/renderD7");
	check(tree, USES_CARD("Xorg (pid 812) (renderD129)"));
}

/* A name that would end the comment, or be taken for more than one. */
static void test_odd_name(void **state)
{
	struct host_tree *tree = *state;

	scratch_link(&tree->scratch, "sys/class/graphics/fb1",
		     "../../devices/" CARD "/graphics/fb1");
	scratch_write(&tree->scratch, "sys/devices/" CARD "/graphics/fb1/dev", "29:1\n");
	process(tree, "812", "a#b,c\nprotect = x\n", "/dev/fb1");
	check(tree, USES_CARD("a?b?c (pid 812) (fb1)"));
}

/* The NIC with driver is open in a virtual machine. */
static void machine(struct host_tree *tree, const char *driver, const char *file)
{
	char target[64];

	snprintf(target, sizeof(target), "../../bus/pci/drivers/%s", driver);
	scratch_link(&tree->scratch, "sys/devices/" NIC1 "/driver", target);
	scratch_link(&tree->scratch, "sys/kernel/iommu_groups/12/devices/0000:03:00.1",
		     "../../../../devices/" NIC1);
	scratch_link(&tree->scratch, "sys/class/vfio-dev/vfio3",
		     "../../devices/" NIC1 "/vfio-dev/vfio3");
	scratch_write(&tree->scratch, "sys/devices/" NIC1 "/vfio-dev/vfio3/dev", "511:3\n");
	process(tree, "900", "qemu-system-x86\n", file);
}

static void test_machine(void **state)
{
	machine(*state, "mlx5_vfio_pci", "/dev/vfio/12");
	check(*state, USES_NIC1("qemu-system-x86 (pid 900) (VFIO group 12)"));
}

static void test_machine_by_device(void **state)
{
	machine(*state, "mlx5_vfio_pci", "/dev/vfio/devices/vfio3");
	check(*state, USES_NIC1("qemu-system-x86 (pid 900) (vfio3)"));
}

/* What is on the driver already is not unbound from it. */
static void test_machine_as_wanted(void **state)
{
	machine(*state, "vfio-pci", "/dev/vfio/12");
	check(*state, "");
}

static void test_container(void **state)
{
	struct host_tree *tree = *state;
	bool at_home = true;

	scratch_write(&tree->scratch, "run/systemd/container", "lxc");
	assert_int_equal(in_use_find(&tree->needs, tree->arena, &tree->roots, "vfio-pci", &at_home),
			 0);
	assert_false(at_home);
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
	machine(tree, "vfio-pci", "/dev/vfio/devices/vfio3");
	check_text("by its device", user_of(tree, 12), "qemu-system-x86 (pid 900)");
	check_text("another group", user_of(tree, 13), NULL);
	process(tree, "901", "other\n", "/dev/vfio/13");
	check_text("by its group", user_of(tree, 13), "other (pid 901)");
	check_text("a group with a longer number", user_of(tree, 1), NULL);
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
		TEST(test_odd_name),
		TEST(test_machine),
		TEST(test_machine_by_device),
		TEST(test_machine_as_wanted),
		TEST(test_container),
		TEST(test_find_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
