// SPDX-License-Identifier: GPL-2.0-or-later
/* What a running host uses of its devices, besides what it needs to boot. */
#include "host/in_use.h"

#include <stdio.h>

#include "in_use_tree.h"

#define ROUTES \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"

static void test_nothing(void **state)
{
	in_use_tree_check(*state, "");
}

static void test_mounts(void **state)
{
	host_tree_mount(*state, "259:1 / ext4 /dev/nvme0n1p1 rw\n"
				"259:4 /srv/a\\040b,c ext4 /dev/nvme1n1 rw\n"
				"0:7 /sys/fs/cgroup cgroup2 cgroup rw\n"
				"0:8 /run tmpfs tmpfs rw\n"
				"8:1 /mnt xfs /dev/sda1 rw\n");
	in_use_tree_check(*state, "protect = " HOST_NVME0 "  # / (nvme0n1)\n"
				  "protect = " HOST_NVME1 "  # /srv/a b,c (nvme1n1)\n"
				  "protect = " HOST_SATA "  # /mnt (sda)\n");
}

static void test_swap(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/swaps",
		      "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		      "/dev/nvme1n1                            partition\t1\t0\t-2\n");
	in_use_tree_check(tree, "protect = " HOST_NVME1 "  # swap (nvme1n1)\n");
}

static void test_routes(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/net/route",
		      ROUTES "eno1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	in_use_tree_check(tree, USES_NIC0("the network (eno1)"));
}

/* Everybody has a link-local address. */
static void test_addresses(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/net/if_inet6",
		      "fe800000000000000000000000000001 02 40 20 80     eno1\n"
		      "00000000000000000000000000000001 01 80 10 80       lo\n"
		      "20010db8000000000000000000000001 03 40 00 80     eno2\n");
	in_use_tree_check(tree, USES_NIC1("the network (eno2)"));
}

/* Ports of a bridge without an address: one is up, the other is not. */
static void test_ports(void **state)
{
	struct host_tree *tree = *state;

	host_tree_interface(tree, "virtual/net/br0");
	scratch_link(&tree->scratch, "sys/devices/" NIC0 "/net/eno1/upper_br0", "../br0");
	scratch_link(&tree->scratch, "sys/devices/" NIC1 "/net/eno2/upper_br0", "../br0");
	in_use_tree_check(tree, USES_NIC0("the network (eno1)"));
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
	in_use_tree_check(*state, USES_CARD("a picture (card1-DP-1)"));
}

static void test_no_picture(void **state)
{
	connector(*state, "disabled\n");
	in_use_tree_check(*state, "");
}

static void test_firmware_picture(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "sys/devices/" CARD "/boot_vga", "1\n");
	scratch_write(&tree->scratch, "proc/iomem",
		      "c0000000-cfffffff : 0000:04:00.0\n  c0000000-c02fffff : efifb\n");
	in_use_tree_check(tree, USES_CARD("a picture (the firmware's framebuffer)"));
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

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, in_use_tree_create, in_use_tree_destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),   TEST(test_mounts),     TEST(test_swap),
		TEST(test_routes),    TEST(test_addresses),  TEST(test_ports),
		TEST(test_picture),   TEST(test_no_picture), TEST(test_firmware_picture),
		TEST(test_container),
	};

	return cmocka_run_group_tests_name("in_use", tests, NULL, NULL);
}
