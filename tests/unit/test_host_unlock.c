// SPDX-License-Identifier: GPL-2.0-or-later
/* What disks are unlocked with: keys on other disks, tokens, the network. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host_tree.h"

#define XHCI  "pci0000:00/0000:00:14.0"
#define NIC   "pci0000:00/0000:00:1f.6"
#define SPI   "pci0000:00/0000:00:1e.2"
#define STICK XHCI "/usb2/2-3/2-3:1.0/host6/target6:0:0/6:0:0:0/block/sdc"
#define FIDO  XHCI "/usb1/1-4/1-4:1.0/0003:1050:0407.0003/hidraw/hidraw2"
#define MOUSE XHCI "/usb1/1-5/1-5:1.0/0003:046D:C077.0004/hidraw/hidraw0"

#define ROOT_LINE  "protect = " HOST_NVME0 "  # / (nvme0n1)\n"
#define NEEDS_USB  "protect = 00:14.0@8086:a36d:1af4:1100  # "
#define NEEDS_NIC  "protect = 00:1f.6@8086:15b8:1af4:1100  # "
#define REACH_NIC  "network = 00:1f.6@8086:15b8:1af4:1100  # eno1: "
#define NEEDS_SPI  "protect = 00:1e.2@8086:a129:1af4:1100  # "
#define NEEDS_SATA "protect = " HOST_SATA "  # "

static void link_to(struct host_tree *tree, const char *directory, const char *path)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "sys/%s/%s", directory, strrchr(path, '/') + 1);
	snprintf(target, sizeof(target), "%s../../devices/%s",
		 strncmp(directory, "bus/", 4) == 0 ? "../" : "", path);
	scratch_link(&tree->scratch, link, target);
}

static void add_hidraw(struct host_tree *tree, const char *path, const char *descriptor)
{
	char file[256];

	snprintf(file, sizeof(file), "sys/devices/%s/device/report_descriptor", path);
	scratch_write(&tree->scratch, file, descriptor);
	link_to(tree, "class/hidraw", path);
}

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	host_tree_mount(&tree, "259:2 / ext4 /dev/mapper/cryptroot rw\n"
			       "8:1 /srv/keys ext4 /dev/sda1 rw\n");
	host_tree_pci(&tree, XHCI, 0x0c0330, 0x8086, 0xa36d);
	host_tree_pci(&tree, NIC, 0x020000, 0x8086, 0x15b8);
	host_tree_pci(&tree, SPI, 0x0c8000, 0x8086, 0xa129);
	host_tree_interface(&tree, NIC "/net/eno1");
	host_tree_block(&tree, "8:32", STICK);
	scratch_link(&tree.scratch, "dev/disk/by-uuid/AB-12", "../../sdc");
	scratch_link(&tree.scratch, "dev/disk/by-label/KEYS", "../../sdc");
	scratch_link(&tree.scratch, "dev/disk/by-path/pci-0000:00:14.0-usb-0:3:1.0-scsi-0:0:0:0",
		     "../../sdc");
	scratch_write(&tree.scratch, "proc/cmdline", "quiet\n");
	scratch_write(&tree.scratch, "proc/net/route",
		      "Iface\neno1\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

/* Searches with a crypttab and a command line; lines are those between / and eno1. */
static void check_lines(struct host_tree *tree, const char *crypttab, const char *cmdline,
			const char *lines, const char *network, const char *gaps)
{
	struct text wanted = { .used = 0 };

	scratch_write(&tree->scratch, "etc/crypttab", crypttab);
	scratch_write(&tree->scratch, "proc/cmdline", cmdline);
	text_add(&wanted, "%s%s%s", ROOT_LINE, lines, network);
	if (*gaps)
		text_add(&wanted, "# could not be resolved: %s", gaps);
	host_tree_check(tree, wanted.bytes, gaps);
}

static const struct {
	const char *crypttab, *cmdline, *lines, *gaps;
} keys[] = {
	{ "cryptroot UUID=1 none luks\n", "", "", "" },
	{ "cryptroot UUID=1 /key:UUID=AB-12 luks\n", "", NEEDS_USB "the key of cryptroot (sdc)\n",
	  "" },
	{ "cryptroot UUID=1 /key:LABEL=KEYS luks,nofail\n", "", "", "" },
	{ "cryptroot UUID=1 /key:LABEL=KEYS luks,noauto\n", "", "", "" },
	{ "cryptroot UUID=1 /key:LABEL=KEYS luks,noauto,x-initrd.attach\n", "",
	  NEEDS_USB "the key of cryptroot (sdc)\n", "" },
	{ "data UUID=1 /dev/disk/by-label/KEYS:/key:10 luks,keyscript=passdev\n", "",
	  NEEDS_USB "the key of data (sdc)\n", "" },
	{ "data UUID=1 /dev/disk/by-path/pci-0000:00:14.0-usb-0:3:1.0-scsi-0:0:0:0:/key:10 x\n", "",
	  NEEDS_USB "the key of data (sdc)\n", "" },
	{ "data UUID=1 /dev/sdc luks,keyfile-size=64\n", "", NEEDS_USB "the key of data (sdc)\n",
	  "" },
	{ "data UUID=1 /dev/urandom swap\n", "", "", "" },
	{ "data UUID=1 /etc/keys/data luks\n", "", "", "" },
	{ "data UUID=1 /srv/keys/data luks\n", "", NEEDS_SATA "the key of data (sda)\n", "" },
	{ "# data UUID=1 /srv/keys/data luks\n", "", "", "" },
	{ "data\n\ndata UUID=1\n", "", "", "" },
	{ "data UUID=1 /key:LABEL=gone:x luks\n", "", "",
	  "the key of data: there is no block device 'LABEL=gone'\n" },
	{ "data UUID=1 none luks,header=/h:LABEL=KEYS,x\n", "",
	  NEEDS_USB "the header of data (sdc)\n", "" },
	{ "data UUID=1 none header=/dev/sdb\n", "", NEEDS_SATA "the header of data (sdb)\n", "" },
	{ "data UUID=1 none header=/boot/header\n", "", "", "" },
	/* For systemd, dracut and Arch Linux. */
	{ "", "rd.luks.key=0a1b-2c=/key:UUID=AB-12", NEEDS_USB "the key of rd.luks.key= (sdc)\n",
	  "" },
	{ "", "rd.luks.key=/key:LABEL=KEYS:UUID=1", NEEDS_USB "the key of rd.luks.key= (sdc)\n",
	  "" },
	{ "", "rd.luks.key=/key", "", "" },
	{ "", "luks.key=/key:/dev/sdc", NEEDS_USB "the key of luks.key= (sdc)\n", "" },
	{ "", "cryptdevice=UUID=1:root cryptkey=UUID=AB-12:ext4:/key",
	  NEEDS_USB "the key of cryptkey= (sdc)\n", "" },
	{ "", "cryptkey=rootfs:/key", "", "" },
	{ "", "cryptkey=/dev/sdb:2048:64", NEEDS_SATA "the key of cryptkey= (sdb)\n", "" },
	{ "", "rd.luks.options=0a1b=discard,header=/h:LABEL=KEYS",
	  NEEDS_USB "the header of the disks (sdc)\n", "" },
};

static void test_keys(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		check_lines(*state, keys[i].crypttab, keys[i].cmdline, keys[i].lines,
			    REACH_NIC "default route\n", keys[i].gaps);
}

static void test_crypttab_of_the_initramfs(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "etc/crypttab.initramfs",
		      "cryptroot UUID=1 /key:UUID=AB-12 luks\n");
	check_lines(tree, "", "", NEEDS_USB "the key of cryptroot (sdc)\n",
		    REACH_NIC "default route\n", "");
}

#define NONE(what) what ": it is not plugged in, so its controller is unknown\n"

static void test_tokens(void **state)
{
	struct host_tree *tree = *state;

	add_hidraw(tree, MOUSE, "\x05\x01\x09\x02\xa1\x01");
	link_to(tree, "bus/usb/devices", XHCI "/usb1/1-4/1-4:1.0");
	scratch_write(&tree->scratch, "sys/devices/" XHCI "/usb1/1-4/1-4:1.0/bInterfaceClass",
		      "03\n");
	check_lines(tree, "data UUID=1 - fido2-device=auto\n", "", "", REACH_NIC "default route\n",
		    NONE("unlocking by FIDO2 key"));
	check_lines(tree, "data UUID=1 - pkcs11-uri=auto\n", "", "", REACH_NIC "default route\n",
		    NONE("unlocking by smart card"));
	add_hidraw(tree, FIDO, "\x06\xd0\xf1\x09\x01\xa1\x01");
	link_to(tree, "bus/usb/devices", XHCI "/usb1/1-4/1-4:1.1");
	scratch_write(&tree->scratch, "sys/devices/" XHCI "/usb1/1-4/1-4:1.1/bInterfaceClass",
		      "0b\n");
	link_to(tree, "class/tpm", SPI "/pxa2xx-spi.1/spi_master/spi0/spi-PRP0001:00/tpm/tpm0");
	check_lines(tree, "data UUID=1 - fido2-device=auto\n", "",
		    NEEDS_USB "unlocking by FIDO2 key (hidraw2)\n", REACH_NIC "default route\n",
		    "");
	check_lines(tree, "", "rd.luks.options=fido2-device=auto,discard",
		    NEEDS_USB "unlocking by FIDO2 key (hidraw2)\n", REACH_NIC "default route\n",
		    "");
	check_lines(tree, "data UUID=1 - pkcs11-uri=auto\n", "",
		    NEEDS_USB "unlocking by smart card (1-4:1.1)\n", REACH_NIC "default route\n",
		    "");
	check_lines(tree, "data UUID=1 - tpm2-device=auto\n", "",
		    NEEDS_SPI "unlocking by TPM (tpm0)\n", REACH_NIC "default route\n", "");
}

/* A TPM that is not on PCI cannot be taken. */
static void test_tpm_of_the_platform(void **state)
{
	struct host_tree *tree = *state;

	link_to(tree, "class/tpm", "platform/MSFT0101:00/tpm/tpm0");
	check_lines(tree, "data UUID=1 - tpm2-device=auto\n", "", "", REACH_NIC "default route\n",
		    "");
}

#define CRYPT "cryptroot UUID=1 none luks\n"
#define OVER  NEEDS_NIC "unlocking over the network (eno1)\n"

static const struct {
	const char *file, *crypttab, *cmdline, *lines, *network;
} networks[] = {
	{ NULL, CRYPT, "", "", REACH_NIC "default route\n" },
	{ NULL, "cryptroot UUID=1 none luks,_netdev\n", "", OVER, "" },
	{ NULL, "cryptroot UUID=1 none luks,_netdev,nofail\n", "", "",
	  REACH_NIC "default route\n" },
	{ NULL, CRYPT, "rd.neednet=1", OVER, "" },
	{ NULL, CRYPT, "rd.neednet=0", "", REACH_NIC "default route\n" },
	{ NULL, "", "rd.neednet=1", "", REACH_NIC "default route\n" },
	{ NULL, "", "rd.neednet=1 rd.luks.uuid=1", OVER, "" },
	{ NULL, CRYPT, "rd.neednet=1 ip=eno1:dhcp", OVER, "" },
	{ "etc/dropbear/initramfs/authorized_keys", CRYPT, "", OVER, "" },
	{ "etc/dropbear-initramfs/authorized_keys", CRYPT, "", OVER, "" },
	{ "etc/tinyssh/root_key", CRYPT, "", OVER, "" },
	{ "etc/dropbear/root_key", "", "", "", REACH_NIC "default route\n" },
	/* It may be a TPM. */
	{ "usr/share/initramfs-tools/hooks/clevis", CRYPT, "", "",
	  REACH_NIC "clevis may unlock over it, default route\n" },
	{ "usr/lib/dracut/modules.d/60clevis-pin-tang/module-setup.sh", CRYPT, "", "",
	  REACH_NIC "clevis may unlock over it, default route\n" },
	{ "usr/share/initramfs-tools/hooks/clevis", "", "", "", REACH_NIC "default route\n" },
};

static void test_networks(void **state)
{
	struct host_tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(networks); i++) {
		if (networks[i].file)
			scratch_write(&tree->scratch, networks[i].file, "");
		check_lines(tree, networks[i].crypttab, networks[i].cmdline, networks[i].lines,
			    networks[i].network, "");
		if (networks[i].file)
			assert_int_equal(unlinkat(tree->scratch.fd, networks[i].file, 0), 0);
		/* dracut's module is gone; its empty directory is removed. */
		unlinkat(tree->scratch.fd, "usr/lib/dracut/modules.d/60clevis-pin-tang",
			 AT_REMOVEDIR);
	}
}

static void test_no_memory(void **state)
{
	struct host_tree *tree = *state;
	size_t at = 0;
	bool failed;

	scratch_write(
		&tree->scratch, "etc/crypttab",
		"cryptroot UUID=1 /key:UUID=AB-12 _netdev,fido2-device=auto,header=/dev/sdb\n");
	scratch_write(&tree->scratch, "proc/cmdline", "cryptkey=LABEL=KEYS:ext4:/key ip=eno1:dhcp");
	scratch_write(&tree->scratch, "sys/class/tty/console/active", "tty0 ttyS4\n");
	add_hidraw(tree, FIDO, "\x06\xd0\xf1");
	do {
		int result;

		arena_fail_at(tree->arena, ++at);
		result = host_find_needs(&tree->needs, tree->arena, &tree->roots);
		failed = arena_fail_at(tree->arena, 0);
		assert_int_equal(result, failed ? -ENOMEM : 0);
		arena_rewind(tree->arena, 0);
	} while (failed);
	assert_true(at > 100);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keys),     TEST(test_crypttab_of_the_initramfs),
		TEST(test_tokens),   TEST(test_tpm_of_the_platform),
		TEST(test_networks), TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("host_unlock", tests, NULL, NULL);
}
