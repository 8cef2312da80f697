// SPDX-License-Identifier: GPL-2.0-or-later
/* What the boot waits for by fstab(5), journals on other devices, and a live system's medium. */
#include <stdio.h>
#include <string.h>

#include "host_tree.h"

#define NIC	  "pci0000:00/0000:00:1f.6"
#define AS_NIC	  "00:1f.6@8086:15b8:1af4:1100  # "
#define ROOT_LINE "protect = " HOST_NVME0 "  # / (nvme0n1)\n"

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	host_tree_pci(&tree, NIC, 0x020000, 0x8086, 0x15b8);
	host_tree_interface(&tree, NIC "/net/eno1");
	host_tree_mount(&tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n");
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

/* Each line alone, on a host with / elsewhere and a route through eno1. */
static const struct {
	const char *line, *needs, *gaps;
} lines[] = {
	{ "/dev/sdb /home ext4 defaults 0 2", "protect = " HOST_SATA "  # /home (sdb)\n", "" },
	{ "/dev/sdb /home ext4", "protect = " HOST_SATA "  # /home (sdb)\n", "" },
	{ "/dev/sdb /srv/my\\040data/ ext4 rw 0 2",
	  "protect = " HOST_SATA "  # /srv/my data (sdb)\n", "" },
	{ "/dev/sdb /srv/a\\012b ext4 rw 0 2", "protect = " HOST_SATA "  # /srv/a?b (sdb)\n", "" },
	{ "/dev/sdb /home ext4 rw,nofail 0 2", "", "" },
	{ "/dev/sdb /home ext4 noauto,rw 0 2", "", "" },
	{ "/dev/sdb /home ext4 rw,nofailure 0 2", "protect = " HOST_SATA "  # /home (sdb)\n", "" },
	{ "/dev/sdb /home ext4 rw,x-systemd.automount 0 2",
	  "protect = " HOST_SATA "  # /home (sdb)\n", "" },
	/* A boot partition counts nevertheless. */
	{ "/dev/sdb /boot ext4 noauto,nofail 0 2", "protect = " HOST_SATA "  # /boot (sdb)\n", "" },
	{ "UUID=gone /home ext4 rw 0 2", "", "/home: there is no block device 'UUID=gone'\n" },
	/* Without a device of its own. */
	{ "/srv/data /export none bind 0 0", "", "" },
	{ "/srv/data /export none rw,rbind,x-a 0 0", "", "" },
	{ "tmpfs /tmp tmpfs size=1G 0 0", "", "" },
	{ "proc /proc proc defaults 0 0", "", "" },
	{ "none /sys/kernel/debug debugfs defaults 0 0", "", "" },
	{ "a:b /pool fuse.mergerfs rw 0 0", "",
	  "/pool: the device under a file system of type fuse.mergerfs is unknown\n" },
	/* Over the network. */
	{ "server:/srv /srv nfs4 rw 0 0", "network = " AS_NIC "eno1: /srv, a route\n", "" },
	{ "//server/share /srv cifs rw 0 0", "network = " AS_NIC "eno1: /srv, a route\n", "" },
	{ "server:/srv /srv nfs4 rw,nofail 0 0", "network = " AS_NIC "eno1: a route\n", "" },
	{ "user@host: /srv fuse.odd rw,_netdev 0 0", "network = " AS_NIC "eno1: /srv, a route\n",
	  "" },
	{ "UUID=lun /srv xfs _netdev 0 0", "network = " AS_NIC "eno1: /srv, a route\n", "" },
	{ "/dev/sdb /srv xfs _netdev 0 0",
	  "protect = " HOST_SATA "  # /srv (sdb)\nnetwork = " AS_NIC "eno1: /srv, a route\n", "" },
	/* Logs, journals and other members. */
	{ "/dev/nvme0n1p3 /srv xfs rw,logdev=/dev/sdb,rtdev=/dev/nvme1n1 0 0",
	  "protect = " HOST_SATA "  # /srv (sdb)\nprotect = " HOST_NVME1 "  # /srv (nvme1n1)\n",
	  "" },
	{ "/dev/nvme0n1p3 /srv ext4 journal_path=/dev/sdb 0 0",
	  "protect = " HOST_SATA "  # /srv (sdb)\n", "" },
	{ "/dev/nvme0n1p3 /srv ext4 journal_dev=0x0801 0 0",
	  "protect = " HOST_SATA "  # /srv (sda)\n", "" },
	{ "/dev/nvme0n1p3 /srv btrfs device=/dev/sda1,device=/dev/nvme1n1 0 0",
	  "protect = " HOST_SATA "  # /srv (sda)\nprotect = " HOST_NVME1 "  # /srv (nvme1n1)\n",
	  "" },
	{ "/dev/sda1:/dev/nvme1n1 /srv bcachefs rw 0 0",
	  "protect = " HOST_SATA "  # /srv (sda)\nprotect = " HOST_NVME1 "  # /srv (nvme1n1)\n",
	  "" },
};

static void test_lines(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "proc/net/route",
		      "Iface\neno1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct text wanted = { .used = 0 };
		const char *line = lines[i].line, *gap = lines[i].gaps;
		bool by_network = strstr(lines[i].needs, "network = ") != NULL;
		/* The disk of / may have other uses. */
		bool shared = strstr(line, "nvme0n1p3") != NULL;

		scratch_write(&tree->scratch, "etc/fstab", line);
		text_add(&wanted, "%s%s", ROOT_LINE, lines[i].needs);
		if (shared) {
			wanted = (struct text){ .used = 0 };
			text_add(&wanted, "protect = " HOST_NVME0 "  # /, /srv (nvme0n1)\n%s",
				 lines[i].needs);
		}
		if (!by_network)
			text_add(&wanted, "network = " AS_NIC "eno1: a route\n");
		if (*gap)
			text_add(&wanted, "# could not be resolved: %s", gap);
		host_tree_check(tree, wanted.bytes, gap);
	}
}

/* The mounted disk is needed now, the one that the line names at the next boot. */
static void test_other_disk(void **state)
{
	struct host_tree *tree = *state;

	host_tree_mount(tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n8:1 /srv ext4 /dev/sda1 rw\n");
	scratch_write(&tree->scratch, "etc/fstab",
		      "/dev/nvme1n1 /srv ext4 rw 0 0\n/dev/sdb / ext4 rw 0 0\n");
	host_tree_check(tree,
			ROOT_LINE "protect = " HOST_SATA "  # /srv (sda)\n"
				  "protect = " HOST_NVME1 "  # /srv (nvme1n1)\n",
			"");
	/* A device that cannot be found is no gap while the file system is mounted. */
	scratch_write(&tree->scratch, "etc/fstab", "UUID=1234 /srv ext4 rw 0 0\n");
	host_tree_check(tree, ROOT_LINE "protect = " HOST_SATA "  # /srv (sda)\n", "");
}

/* mountinfo shows the log of XFS. Only jbd2 shows the journal of ext4. */
static void test_mounted_logs(void **state)
{
	struct host_tree *tree = *state;

	host_tree_mount(tree, "259:2 / xfs /dev/nvme0n1p2 rw,attr2,logdev=/dev/sdb,noquota\n");
	host_tree_check(tree, ROOT_LINE "protect = " HOST_SATA "  # / (sdb)\n", "");
	scratch_write(&tree->scratch, "proc/fs/jbd2/nvme0n1p2-8/info", "");
	scratch_write(&tree->scratch, "proc/fs/jbd2/nvme1n1/info", "");
	host_tree_mount(tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n");
	host_tree_check(tree, ROOT_LINE "protect = " HOST_NVME1 "  # / (nvme1n1)\n", "");
	host_tree_mount(tree, "259:2 / vfat /dev/nvme0n1p2 rw\n");
	host_tree_check(tree, ROOT_LINE, "");
}

/* An unreadable file may name anything. */
static void test_unreadable(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "etc/fstab/x", "");
	scratch_write(&tree->scratch, "etc/crypttab/x", "");
#define UNREAD "/etc/fstab, /etc/crypttab: it could not be read: Is a directory\n"
	host_tree_check(tree, ROOT_LINE "# could not be resolved: " UNREAD, UNREAD);
}

#define XHCI  "pci0000:00/0000:00:14.0"
#define STICK XHCI "/usb2/2-3/2-3:1.0/host6/target6:0:0/6:0:0:0/block/sdc"

/* A live system: its / has layers with paths of its initramfs. */
static void test_live(void **state)
{
	static const char *const points[] = { "/run/live/medium", "/run/initramfs/live",
					      "/run/archiso/bootmnt", "/cdrom", "/isodevice" };
	struct host_tree *tree = *state;

	host_tree_pci(tree, XHCI, 0x0c0330, 0x8086, 0xa36d);
	host_tree_block(tree, "8:32", STICK);
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		struct text mounts = { .used = 0 }, wanted = { .used = 0 };

		text_add(&mounts, "0:50 / tmpfs tmpfs rw\n8:32 %s iso9660 /dev/sdc ro\n",
			 points[i]);
		text_add(&wanted, "protect = 00:14.0@8086:a36d:1af4:1100  # %s (sdc)\n", points[i]);
		host_tree_mount(tree, mounts.bytes);
		host_tree_check(tree, wanted.bytes, "");
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),      TEST(test_other_disk), TEST(test_mounted_logs),
		TEST(test_unreadable), TEST(test_live),
	};

	return cmocka_run_group_tests_name("host_fstab", tests, NULL, NULL);
}
