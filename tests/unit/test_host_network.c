// SPDX-License-Identifier: GPL-2.0-or-later
/* File systems and disks over a network, or from this guest's host. */
#include <stdio.h>
#include <string.h>

#include "host_tree.h"

#define NIC0 "pci0000:00/0000:00:1c.0/0000:03:00.0"
#define NIC1 "pci0000:00/0000:00:1c.0/0000:03:00.1"
#define NIC2 "pci0000:00/0000:00:1f.6"

#define NEEDS_NIC0(name) "protect = 00:1c.0/00.0@8086:1521:1af4:1100  # / (" name ")\n"
#define NEEDS_NIC1(name) "protect = 00:1c.0/00.1@8086:1521:1af4:1100  # / (" name ")\n"

#define ROUTES \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	host_tree_pci(&tree, "pci0000:00/0000:00:1c.0", 0x060400, 0x8086, 0xa110);
	host_tree_pci(&tree, NIC0, 0x020000, 0x8086, 0x1521);
	host_tree_pci(&tree, NIC1, 0x020000, 0x8086, 0x1521);
	host_tree_pci(&tree, NIC2, 0x020000, 0x8086, 0x15b8);
	host_tree_interface(&tree, NIC0 "/net/eno1");
	host_tree_interface(&tree, NIC1 "/net/eno2");
	host_tree_interface(&tree, NIC2 "/net/enp0s31f6");
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

static void routes(struct host_tree *tree, const char *text)
{
	char file[1024];

	snprintf(file, sizeof(file), "%s%s", ROUTES, text);
	scratch_write(&tree->scratch, "proc/net/route", file);
}

static void lower(struct host_tree *tree, const char *upper, const char *name)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "sys/devices/virtual/net/%s/lower_%s", upper, name);
	snprintf(target, sizeof(target), "../%s", name);
	scratch_link(&tree->scratch, link, target);
}

/* NFS over a VLAN over a bond of two ports. A third port is up but leads nowhere. */
static void test_nfs_over_vlan_over_bond(void **state)
{
	struct host_tree *tree = *state;

	host_tree_interface(tree, "virtual/net/bond0");
	host_tree_interface(tree, "virtual/net/bond0.5");
	lower(tree, "bond0.5", "bond0");
	lower(tree, "bond0", "eno1");
	lower(tree, "bond0", "eno2");
	routes(tree, "bond0.5\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
		     "bond0.5\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	scratch_write(&tree->scratch, "proc/net/ipv6_route",
		      "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
		      "00000000000000000000000000000000 00000100 00000001 00000000 00000001 "
		      "enp0s31f6\n"
		      "ff000000000000000000000000000000 08 00000000000000000000000000000000 00 "
		      "00000000000000000000000000000000 00000100 00000001 00000000 00000001 "
		      "enp0s31f6\n");
	host_tree_mount(tree, "0:22 / nfs4 server:/srv/root rw,vers=4.2\n");
	assert_int_equal(host_find_needs(&tree->needs, tree->arena, &tree->roots), 0);
	assert_non_null(strstr(tree->needs.text, NEEDS_NIC0("eno1")));
	assert_non_null(strstr(tree->needs.text, NEEDS_NIC1("eno2")));
	assert_null(strstr(tree->needs.text, "1f.6"));
	assert_null(tree->needs.gaps);
}

static void test_ipv6(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/net/ipv6_route",
		      "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 "
		      "00000000000000000000000000000000 00000100 00000001 00000000 00000001 "
		      "    eno1\n"
		      "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
		      "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200 lo\n");
	host_tree_mount(tree, "0:22 / nfs [2001:db8::1]:/root rw\n");
	host_tree_check(tree, NEEDS_NIC0("eno1"), "");
}

static const char one_route[] = "eno2\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";

static void test_iscsi(void **state)
{
	struct host_tree *tree = *state;

	routes(tree, one_route);
	host_tree_block(tree, "8:32", "platform/host4/session1/target4:0:0/4:0:0:1/block/sdc");
	host_tree_mount(tree, "8:32 / ext4 /dev/sdc rw\n");
	host_tree_check(tree, NEEDS_NIC1("eno2"), "");
}

static void test_network_disks(void **state)
{
	static const char *const paths[] = { "virtual/block/nbd0", "rbd/0/block/rbd0",
					     "virtual/block/drbd0", "virtual/block/etherd!e0.1" };
	struct host_tree *tree = *state;

	routes(tree, one_route);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		char number[16], mount[64];

		snprintf(number, sizeof(number), "43:%zu", i);
		snprintf(mount, sizeof(mount), "%s / ext4 /dev/root rw\n", number);
		host_tree_block(tree, number, paths[i]);
		host_tree_mount(tree, mount);
		host_tree_check(tree, NEEDS_NIC1("eno2"), "");
	}
}

/* One half is on this host. */
static void test_drbd_with_disk(void **state)
{
	struct host_tree *tree = *state;

	routes(tree, one_route);
	host_tree_block(tree, "147:0", "virtual/block/drbd0");
	host_tree_slave(tree, "virtual/block/drbd0",
			"pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda");
	host_tree_mount(tree, "147:0 / ext4 /dev/drbd0 rw\n");
	host_tree_check(tree, "protect = " HOST_SATA "  # / (sda)\n" NEEDS_NIC1("eno2"), "");
}

static void test_nvme_tcp(void **state)
{
	struct host_tree *tree = *state;

	routes(tree, one_route);
	host_tree_block(tree, "259:9", "virtual/nvme-subsystem/nvme-subsys7/nvme7n1");
	scratch_write(&tree->scratch, "sys/devices/virtual/nvme-fabrics/ctl/nvme7/transport",
		      "tcp\n");
	scratch_link(&tree->scratch, "sys/devices/virtual/nvme-subsystem/nvme-subsys7/nvme7",
		     "../../nvme-fabrics/ctl/nvme7");
	scratch_link(&tree->scratch, "sys/class/nvme/nvme7",
		     "../../devices/virtual/nvme-fabrics/ctl/nvme7");
	host_tree_mount(tree, "259:9 / ext4 /dev/nvme7n1 rw\n");
	host_tree_check(tree, NEEDS_NIC1("eno2"), "");
}

/* Fibre Channel over Ethernet uses an interface without a route. */
static void test_fcoe(void **state)
{
	struct host_tree *tree = *state;

	host_tree_interface(tree, "virtual/net/eno1.100");
	lower(tree, "eno1.100", "eno1");
	host_tree_block(
		tree, "8:32",
		"virtual/net/eno1.100/ctlr_0/host4/rport-4:0-1/target4:0:0/4:0:0:1/block/sdc");
	host_tree_mount(tree, "8:32 / ext4 /dev/sdc rw\n");
	host_tree_check(tree, NEEDS_NIC0("eno1"), "");
}

static void test_no_route(void **state)
{
	routes(*state, "");
	host_tree_mount(*state, "0:22 / nfs4 server:/ rw\n");
	host_tree_check(*state, "",
			"/: it comes over the network, but no interface with a route is a PCI "
			"device\n");
}

static void test_no_pci_interface(void **state)
{
	struct host_tree *tree = *state;

	routes(tree, "vmbus0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
		     "vmbus0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
		     "gone0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	host_tree_interface(tree, "LNXSYSTM:00/VMBUS:00/1-2-3/net/vmbus0");
	host_tree_mount(tree, "0:22 / nfs4 server:/ rw\n");
	host_tree_check(tree, "",
			"/: it comes over the network, but no interface with a route is a PCI "
			"device\n");
}

static void virtio(struct host_tree *tree, const char *driver, const char *name, const char *path)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "sys/bus/virtio/drivers/%s/%s", driver, name);
	snprintf(target, sizeof(target), "../../../../devices/%s/%s", path, name);
	scratch_link(&tree->scratch, link, target);
	snprintf(link, sizeof(link), "sys/bus/virtio/drivers/%s/bind", driver);
	scratch_write(&tree->scratch, link, "");
}

static void test_shared_directories(void **state)
{
	struct host_tree *tree = *state;

	host_tree_pci(tree, "pci0000:00/0000:00:03.0", 0x018000, 0x1af4, 0x105a);
	host_tree_pci(tree, "pci0000:00/0000:00:04.0", 0x000200, 0x1af4, 0x1009);
	virtio(tree, "virtiofs", "virtio1", "pci0000:00/0000:00:03.0");
	virtio(tree, "9pnet_virtio", "virtio2", "pci0000:00/0000:00:04.0");
	host_tree_mount(tree, "0:22 / virtiofs myfs rw\n"
			      "0:23 /usr 9p share rw,access=client,trans=virtio\n");
	host_tree_check(tree,
			"protect = 00:03.0@1af4:105a:1af4:1100  # / (virtio1)\n"
			"protect = 00:04.0@1af4:1009:1af4:1100  # /usr (virtio2)\n",
			"");
}

static void test_9p_over_tcp(void **state)
{
	routes(*state, one_route);
	host_tree_mount(*state, "0:22 / 9p 192.168.0.1 rw,trans=tcp\n");
	host_tree_check(*state, NEEDS_NIC1("eno2"), "");
}

static void test_no_virtio(void **state)
{
	host_tree_mount(*state, "0:22 / virtiofs myfs rw\n");
	host_tree_check(*state, "", "/: the driver virtiofs has no PCI device\n");
}

#define REACH_NIC0(what) "network = 00:1c.0/00.0@8086:1521:1af4:1100  # " what "\n"
#define REACH_NIC1(what) "network = 00:1c.0/00.1@8086:1521:1af4:1100  # " what "\n"
#define REACH_NIC2(what) "network = 00:1f.6@8086:15b8:1af4:1100  # " what "\n"
#define ROOT_ON_NVME	 "protect = " HOST_NVME0 "  # / (nvme0n1)\n"

/* A host with its own disk that is reached over the network. */
static void mount_disk(struct host_tree *tree)
{
	host_tree_mount(tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n");
}

static void test_reached_by_routes(void **state)
{
	struct host_tree *tree = *state;

	mount_disk(tree);
	routes(tree, "eno1\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
		     "eno1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
		     "eno2\t000010AC\t00000000\t0001\t0\t0\t0\t0000F0FF\t0\t0\t0\n");
	scratch_write(&tree->scratch, "proc/net/ipv6_route",
		      "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
		      "fe800000000000000000000000000001 00000400 00000001 00000000 00450003 "
		      "enp0s31f6\n"
		      "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
		      "00000000000000000000000000000000 00000100 00000001 00000000 00000001 "
		      "eno2\n");
	host_tree_check(tree,
			ROOT_ON_NVME REACH_NIC0("eno1: default route, a route")
				REACH_NIC1("eno2: a route") REACH_NIC2("enp0s31f6: default route"),
			"");
}

/* The ports of a bridge through a bond. wg0 and similar are on no device. */
static void test_reached_by_bridge(void **state)
{
	struct host_tree *tree = *state;

	mount_disk(tree);
	host_tree_interface(tree, "virtual/net/bond0");
	host_tree_interface(tree, "virtual/net/br0");
	host_tree_interface(tree, "virtual/net/wg0");
	lower(tree, "br0", "bond0");
	lower(tree, "bond0", "eno1");
	routes(tree, "br0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
		     "wg0\t00000A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	host_tree_check(tree, ROOT_ON_NVME REACH_NIC0("eno1: default route of br0"), "");
}

static void test_reached_by_address(void **state)
{
	struct host_tree *tree = *state;

	mount_disk(tree);
	scratch_write(&tree->scratch, "proc/net/if_inet6",
		      "fe800000000000000000000000000001 02 40 20 80     eno1\n"
		      "00000000000000000000000000000001 01 80 10 80       lo\n"
		      "20010db8000000000000000000000001 03 40 00 80     eno2\n"
		      "20010db8000000000000000000000002 04 40 00 80 enp0s31f6\n");
	scratch_write(&tree->scratch, "sys/devices/" NIC0 "/net/eno1/flags", "0x1003\n");
	scratch_write(&tree->scratch, "sys/devices/" NIC1 "/net/eno2/flags", "0x1003\n");
	scratch_write(&tree->scratch, "sys/devices/" NIC2 "/net/enp0s31f6/flags", "0x1002\n");
	host_tree_check(tree, ROOT_ON_NVME REACH_NIC1("eno2: an address"), "");
}

static void test_reached_by_parameter(void **state)
{
	static const struct {
		const char *cmdline, *lines;
	} rows[] = {
		{ "ip=192.168.0.2::192.168.0.1:255.255.255.0:host:eno2:none",
		  REACH_NIC1("eno2: ip= on the command line") },
		{ "ip=[2001:db8::2]::[2001:db8::1]:64:host:eno2:none",
		  REACH_NIC1("eno2: ip= on the command line") },
		{ "ip=eno1:dhcp", REACH_NIC0("eno1: ip= on the command line") },
		{ "ip=off", "" },
		{ "zip=eno1:dhcp", "" },
	};
	struct host_tree *tree = *state;

	mount_disk(tree);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct text lines = { .used = 0 };

		text_add(&lines, "%s%s", ROOT_ON_NVME, rows[i].lines);
		scratch_write(&tree->scratch, "proc/cmdline", rows[i].cmdline);
		host_tree_check(tree, lines.bytes, "");
	}
}

/* Any of them may get the address: it is those with a route, or unknown. */
static void test_reached_by_any(void **state)
{
	struct host_tree *tree = *state;

	mount_disk(tree);
	scratch_write(&tree->scratch, "proc/cmdline", "ip=dhcp");
	routes(tree, one_route);
	host_tree_check(
		tree, ROOT_ON_NVME REACH_NIC1("eno2: default route, ip= on the command line"), "");
	routes(tree, "");
#define NO_ROUTE                                                                                \
	"ip= on the command line: it comes over the network, but no interface with a route is " \
	"a PCI device\n"
	host_tree_check(tree, ROOT_ON_NVME "# could not be resolved: " NO_ROUTE, NO_ROUTE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nfs_over_vlan_over_bond),
		TEST(test_ipv6),
		TEST(test_iscsi),
		TEST(test_network_disks),
		TEST(test_drbd_with_disk),
		TEST(test_nvme_tcp),
		TEST(test_fcoe),
		TEST(test_no_route),
		TEST(test_no_pci_interface),
		TEST(test_shared_directories),
		TEST(test_9p_over_tcp),
		TEST(test_no_virtio),
		TEST(test_reached_by_routes),
		TEST(test_reached_by_bridge),
		TEST(test_reached_by_address),
		TEST(test_reached_by_parameter),
		TEST(test_reached_by_any),
	};

	return cmocka_run_group_tests_name("host_network", tests, NULL, NULL);
}
