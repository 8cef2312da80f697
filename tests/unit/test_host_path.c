// SPDX-License-Identifier: GPL-2.0-or-later
/* Which PCI functions on and beside the path to a disk, a keyboard or a port are needed. */
#include <stdio.h>
#include <string.h>

#include "host_tree.h"

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

static void link_beside(struct host_tree *tree, const char *path, const char *name,
			const char *target)
{
	char link[256];

	snprintf(link, sizeof(link), "sys/devices/%s/%s", path, name);
	scratch_link(&tree->scratch, link, target);
}

/* Links to a function from the list of all. */
static void list_function(struct host_tree *tree, const char *path)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "sys/bus/pci/devices/%s", strrchr(path, '/') + 1);
	snprintf(target, sizeof(target), "../../../devices/%s", path);
	scratch_link(&tree->scratch, link, target);
}

/* A bridge to anything but PCI is a function that can be taken. */
static void test_bridges(void **state)
{
	static const struct {
		unsigned int class;
		bool needed;
	} rows[] = {
		{ 0x060000, false }, { 0x060100, true },  { 0x060400, false }, { 0x060401, false },
		{ 0x060700, false }, { 0x060940, false }, { 0x068000, true },  { 0x080501, true },
	};
	struct host_tree *tree = *state;

	host_tree_block(tree, "179:0", "pci0000:00/0000:00:1c.0/mmc_host/mmc0/block/mmcblk0");
	host_tree_mount(tree, "179:0 / ext4 /dev/mmcblk0 rw\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		host_tree_pci(tree, "pci0000:00/0000:00:1c.0", rows[i].class, 0x8086, 0xa110);
		host_tree_check(tree,
				rows[i].needed
					? "protect = 00:1c.0@8086:a110:1af4:1100  # / (mmcblk0)\n"
					: "",
				"");
	}
}

#define PF	 "pci0000:00/0000:00:1c.0/0000:03:00.0"
#define VF	 "pci0000:00/0000:00:1c.0/0000:03:00.4"
#define NEEDS_PF "00:1c.0/00.0@144d:a824:1af4:1100  # "
#define NEEDS_VF "00:1c.0/00.4@144d:a824:1af4:1100  # "

static void add_virtual_function(struct host_tree *tree, unsigned int class)
{
	host_tree_pci(tree, "pci0000:00/0000:00:1c.0", 0x060400, 0x8086, 0xa110);
	host_tree_pci(tree, PF, class, 0x144d, 0xa824);
	host_tree_pci(tree, VF, class, 0x144d, 0xa824);
	link_beside(tree, VF, "physfn", "../0000:03:00.0");
}

/* A virtual function disappears when its physical function gets another driver. */
static void test_disk_of_virtual_function(void **state)
{
	struct host_tree *tree = *state;

	add_virtual_function(tree, 0x010802);
	host_tree_block(tree, "259:9", VF "/nvme/nvme7/nvme7n1");
	host_tree_mount(tree, "259:9 / ext4 /dev/nvme7n1 rw\n");
	host_tree_check(tree,
			"protect = " NEEDS_VF "/ (nvme7n1)\n"
			"protect = " NEEDS_PF "/ (nvme7n1)\n",
			"");
}

static void test_network_of_virtual_function(void **state)
{
	struct host_tree *tree = *state;

	add_virtual_function(tree, 0x020000);
	host_tree_interface(tree, VF "/net/eno1v0");
	host_tree_mount(tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n");
	scratch_write(&tree->scratch, "proc/net/route",
		      "Iface\neno1v0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
	host_tree_check(tree,
			"protect = " HOST_NVME0 "  # / (nvme0n1)\n"
			"network = " NEEDS_VF "eno1v0: default route\n"
			"network = " NEEDS_PF "eno1v0: default route\n",
			"");
}

#define NHI  "pci0000:00/0000:00:0d.2"
#define PORT "pci0000:00/0000:00:07.0"
#define XHCI PORT "/0000:20:00.0/0000:21:01.0/0000:22:00.0"
#define DISK XHCI "/usb4/4-1/4-1:1.0/host6/target6:0:0/6:0:0:0/block/sdc"

/* A disk in a dock: the USB4 controller, which is not on its path, makes the tunnel. */
static void test_behind_thunderbolt(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, NHI, 0x0c0340, 0x8086, 0x9a1b);
	list_function(tree, NHI);
	host_tree_pci(tree, PORT, 0x060400, 0x8086, 0x9a23);
	host_tree_pci(tree, PORT "/0000:20:00.0", 0x060400, 0x8086, 0x15ef);
	host_tree_pci(tree, PORT "/0000:20:00.0/0000:21:01.0", 0x060400, 0x8086, 0x15ef);
	host_tree_pci(tree, XHCI, 0x0c0330, 0x8086, 0x15f0);
	link_beside(tree, PORT, "supplier:pci:0000:00:0d.2",
		    "../../virtual/devlink/pci:0000:00:0d.2--pci:0000:00:07.0");
	link_beside(tree, PORT, "consumer:pci:0000:00:08.0", "../..");
	link_beside(tree, PORT, "supplier:platform:PNP0A08:00", "../..");
	link_beside(tree, PORT, "supplier:pci:0000:00:99.9", "../..");
	host_tree_block(tree, "8:32", DISK);
	host_tree_mount(tree, "8:32 / ext4 /dev/sdc rw\n");
	host_tree_check(tree,
			"protect = 00:0d.2@8086:9a1b:1af4:1100  # / (sdc)\n"
			"protect = 00:07.0/00.0/01.0/00.0@8086:15f0:1af4:1100  # / (sdc)\n",
			"");
}

#define SWITCH	"pci0000:00/0000:00:1d.0/0000:05:00.0"
#define NHI3	SWITCH "/0000:06:00.0/0000:07:00.0"
#define PLUGGED SWITCH "/0000:06:01.0/0000:09:00.0"

static void bind_thunderbolt(struct host_tree *tree, const char *path)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "sys/bus/pci/drivers/thunderbolt/%s", strrchr(path, '/') + 1);
	snprintf(target, sizeof(target), "../../../../devices/%s", path);
	scratch_link(&tree->scratch, link, target);
}

/* Thunderbolt 3 has no device links; the controller is behind a port of the same switch. */
static void test_behind_thunderbolt_3(void **state)
{
	static const char *const bridges[] = { "pci0000:00/0000:00:1d.0", SWITCH,
					       SWITCH "/0000:06:00.0", SWITCH "/0000:06:01.0" };
	struct host_tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bridges); i++)
		host_tree_pci(tree, bridges[i], 0x060400, 0x8086, 0x15d3);
	host_tree_pci(tree, NHI3, 0x088000, 0x8086, 0x15d2);
	host_tree_pci(tree, PLUGGED, 0x010802, 0x144d, 0xa809);
	host_tree_pci(tree, NHI, 0x0c0340, 0x8086, 0x9a1b);
	scratch_write(&tree->scratch, "sys/bus/pci/drivers/thunderbolt/bind", "");
	bind_thunderbolt(tree, NHI3);
	bind_thunderbolt(tree, NHI);
	host_tree_block(tree, "259:9", PLUGGED "/nvme/nvme7/nvme7n1");
	host_tree_mount(tree, "259:9 / ext4 /dev/nvme7n1 rw\n");
	host_tree_check(tree,
			"protect = 00:1d.0/00.0/01.0/00.0@144d:a809:1af4:1100  # / (nvme7n1)\n"
			"protect = 00:1d.0/00.0/00.0/00.0@8086:15d2:1af4:1100  # / (nvme7n1)\n",
			"");
	/* A disk that is not plugged into it does not need it. */
	host_tree_mount(tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n");
	host_tree_check(tree, "protect = " HOST_NVME0 "  # / (nvme0n1)\n", "");
}

/* Two suppliers that name each other end the search. */
static void test_suppliers_in_circle(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, NHI, 0x0c0340, 0x8086, 0x9a1b);
	list_function(tree, NHI);
	list_function(tree, "pci0000:00/0000:00:17.0");
	link_beside(tree, "pci0000:00/0000:00:17.0", "supplier:pci:0000:00:0d.2", "../..");
	link_beside(tree, NHI, "supplier:pci:0000:00:17.0", "../..");
	host_tree_mount(tree, "8:0 / ext4 /dev/sda rw\n");
	host_tree_check(tree,
			"protect = " HOST_SATA "  # / (sda)\n"
			"protect = 00:0d.2@8086:9a1b:1af4:1100  # / (sda)\n",
			"");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bridges),
		TEST(test_disk_of_virtual_function),
		TEST(test_network_of_virtual_function),
		TEST(test_behind_thunderbolt),
		TEST(test_behind_thunderbolt_3),
		TEST(test_suppliers_in_circle),
	};

	return cmocka_run_group_tests_name("host_path", tests, NULL, NULL);
}
