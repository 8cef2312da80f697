// SPDX-License-Identifier: GPL-2.0-or-later
/* The keyboard for the passphrase, and what other tools claim. */
#include <stdio.h>
#include <string.h>

#include "host_tree.h"

#define XHCI0	    "pci0000:00/0000:00:14.0"
#define XHCI1	    "pci0000:00/0000:00:06.0/0000:03:00.0"
#define NEEDS_ROOT  "protect = " HOST_NVME0 "  # / (nvme0n1)\n"
#define NEEDS_XHCI0 "protect = 00:14.0@8086:a36d:1af4:1100  # typing the passphrase"
#define NEEDS_XHCI1 "protect = 00:06.0/00.0@1b21:2142:1af4:1100  # typing the passphrase"

/* As the kernel shows them: a keyboard, a mouse, a power button, a remote control with few keys. */
#define KEYBOARD "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n"
#define MOUSE	 "ff0000 0 0 0 0\n"
#define BUTTON	 "10000000000000 0\n"
#define REMOTE	 "3f000301ff 0 0 1e378007fc002 2108005901000000 fffffffefffffffe\n"
#define FEW	 "3f000301ff 0 0 1e378007fc002 2108005901000000 1ffffc\n"
/* From a 32-bit kernel. */
#define KEYBOARD_32 "10000 7 ff9f207a c14057ff febeffdf ffefffff ffffffff fffffffe\n"

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	host_tree_mount(&tree, "259:2 / ext4 /dev/mapper/cryptroot rw\n");
	host_tree_pci(&tree, XHCI0, 0x0c0330, 0x8086, 0xa36d);
	host_tree_pci(&tree, XHCI1, 0x0c0330, 0x1b21, 0x2142);
	scratch_write(&tree.scratch, "proc/cmdline", "quiet\n");
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

/* Adds an input device at a path below /sys/devices; its name in class/input is the last part. */
static void add_input(struct host_tree *tree, const char *path, const char *name, const char *keys)
{
	char file[512], target[512];

	snprintf(file, sizeof(file), "sys/devices/%s/capabilities/key", path);
	scratch_write(&tree->scratch, file, keys);
	snprintf(file, sizeof(file), "sys/devices/%s/name", path);
	scratch_write(&tree->scratch, file, name);
	snprintf(file, sizeof(file), "sys/class/input/%s", strrchr(path, '/') + 1);
	snprintf(target, sizeof(target), "../../devices/%s", path);
	scratch_link(&tree->scratch, file, target);
}

static void ask(struct host_tree *tree, const char *crypttab, const char *cmdline)
{
	scratch_write(&tree->scratch, "etc/crypttab", crypttab);
	scratch_write(&tree->scratch, "proc/cmdline", cmdline);
}

#define USB0 XHCI0 "/usb1/1-3/1-3:1.0/0003:046D:C31C.0001/input/"
#define USB1 XHCI1 "/usb3/3-1/3-1:1.0/0003:046D:C31D.0002/input/"

static const struct {
	const char *crypttab, *cmdline;
	bool asks;
} questions[] = {
	{ "", "quiet", false },
	{ "# <target> <source> <key> <options>\n\n", "", false },
	{ "data UUID=1234 none luks\n", "", true },
	{ "data UUID=1234 -\n", "", true },
	{ "data UUID=1234\n", "", true },
	{ "data\n", "", false },
	{ "# data UUID=1234 none\n", "", false },
	{ "data UUID=1234 /etc/keys/data luks\n", "", false },
	{ "swap /dev/sda2 /dev/urandom swap\n", "", false },
	{ "data UUID=1234 /etc/keys/data luks,initramfs\n", "", true },
	{ "data UUID=1234 /etc/keys/data luks,x-initrd.attach\n", "", true },
	{ "data UUID=1234 none luks,noauto\n", "", false },
	{ "data UUID=1234 none luks,noauto,initramfs\n", "", true },
	/* The source of /. */
	{ "cryptroot UUID=1234 /etc/keys/root luks\n", "", true },
	{ "swap /dev/sda2 /dev/urandom swap\n\tdata\tUUID=1234\tnone\n", "", true },
	{ "", "rd.luks.uuid=1234", true },
	{ "", "rd.luks.name=1234=root quiet", true },
	{ "", "luks.uuid=1234", true },
	{ "", "rd.luks=1", true },
	{ "", "rd.luks=0", false },
	{ "", "rd.luks=no", false },
	{ "", "cryptdevice=UUID=1234:root", true },
	{ "", "rd.lvm.lv=vg/root root=/dev/vg/root", false },
};

static void test_questions(void **state)
{
	struct host_tree *tree = *state;

	add_input(tree, USB0 "input3", "Keyboard\n", KEYBOARD);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
		ask(tree, questions[i].crypttab, questions[i].cmdline);
		host_tree_check(tree,
				questions[i].asks ? NEEDS_ROOT NEEDS_XHCI0 " (Keyboard)\n"
						  : NEEDS_ROOT,
				"");
	}
}

/* mkinitcpio puts this file into the image as its crypttab. */
static void test_crypttab_of_the_initramfs(void **state)
{
	struct host_tree *tree = *state;

	add_input(tree, USB0 "input3", "Keyboard\n", KEYBOARD);
	scratch_write(&tree->scratch, "etc/crypttab.initramfs",
		      "root UUID=1234 - tpm2-device=auto\n");
	host_tree_check(tree, NEEDS_ROOT NEEDS_XHCI0 " (Keyboard)\n", "");
}

#define LUKS "rd.luks.uuid=1234"

/* What counts as a keyboard: its keys, and its place. */
static void test_what_is_a_keyboard(void **state)
{
	struct host_tree *tree = *state;

	ask(tree, "", LUKS);
	add_input(tree, USB0 "input0", "Mouse\n", MOUSE);
	add_input(tree, USB0 "input1", "Few\n", FEW);
	add_input(tree, "LNXSYSTM:00/LNXPWRBN:00/input/input2", "Power Button\n", BUTTON);
	/* Virtual and wireless keyboards appear too late. */
	add_input(tree, "virtual/input/input4", "keyd virtual keyboard\n", KEYBOARD);
	add_input(tree, USB0 "../bluetooth/hci0/hci0:256/0005:05AC:0256.0004/input/input5",
		  "Bluetooth\n", KEYBOARD);
	host_tree_check(tree, NEEDS_ROOT, "");
	add_input(tree, USB1 "input6", "Remote, with\na \001 name # of its own", REMOTE);
	host_tree_check(tree, NEEDS_ROOT NEEDS_XHCI1 " (Remote, with?a ? name # of its own)\n", "");
}

static void test_keyboard_of_32_bits(void **state)
{
	struct host_tree *tree = *state;

	ask(tree, "", LUKS);
	add_input(tree, USB0 "input3", "Keyboard\n", KEYBOARD_32);
	host_tree_check(tree, NEEDS_ROOT NEEDS_XHCI0 " (Keyboard)\n", "");
}

/* Two on one controller; the second may be only a mouse's macro keys. */
static void test_two_on_one(void **state)
{
	struct host_tree *tree = *state;

	ask(tree, "", LUKS);
	add_input(tree, USB0 "input3", "", KEYBOARD);
	add_input(tree, XHCI0 "/usb1/1-4/1-4:1.1/0003:046D:C31C.0005/input/input9", "", KEYBOARD);
	assert_int_equal(host_find_needs(&tree->needs, tree->arena, &tree->roots), 0);
	assert_non_null(strstr(tree->needs.text, NEEDS_XHCI0 " (input"));
}

/* With two keyboards on two controllers, neither is needed. */
static void test_two_on_two(void **state)
{
	struct host_tree *tree = *state;

	ask(tree, "", LUKS);
	add_input(tree, USB0 "input3", "One\n", KEYBOARD);
	add_input(tree, USB1 "input6", "Other\n", KEYBOARD);
	host_tree_check(tree, NEEDS_ROOT, "");
}

static void test_ps2(void **state)
{
	struct host_tree *tree = *state;

	ask(tree, "", LUKS);
	add_input(tree, "platform/i8042/serio0/input/input3", "AT\n", KEYBOARD);
	host_tree_check(tree, NEEDS_ROOT, "");
	add_input(tree, USB0 "input4", "USB\n", KEYBOARD);
	host_tree_check(tree, NEEDS_ROOT, "");
}

/* What other tools are set up to take. */
static void test_claims(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "etc/driverctl.d/pci-0000:01:00.0", "vfio-pci\n");
	scratch_write(&tree->scratch, "etc/driverctl.d/vmbus-0000:02:00.0", "uio\n");
	scratch_write(&tree->scratch, "etc/driverctl.d/pci-1.conf", "vfio-pci\n");
	host_tree_check(tree,
			NEEDS_ROOT "claimed = 0000:01:00.0  # driverctl set-override 0000:01:00.0 "
				   "vfio-pci\n",
			"");
}

static void test_claims_of_modprobe(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "etc/modprobe.d/vfio.conf",
		      "# options vfio-pci ids=1111:1111\n"
		      "options vfio_pci disable_vga=1 \\\n  ids=10de:1f91,10de:10fa:1458:3ffc\n"
		      "options vfio ids=1111:1111\n"
		      "options kvm ids=1111:1111 hide=(01:00.0)\n"
		      "softdep nouveau pre: vfio-pci ids=1111:1111\n"
		      "options xen-pciback hide=(0000:03:00.0)\n"
		      "options\n");
	scratch_write(&tree->scratch, "etc/modprobe.d/vfio.conf.bak",
		      "options vfio-pci ids=1111:1111\n");
#define IDS "  # options vfio-pci ids= in /etc/modprobe.d/vfio.conf\n"
	host_tree_check(tree,
			NEEDS_ROOT "claimed = 10de:1f91" IDS "claimed = 10de:10fa:1458:3ffc" IDS
				   "claimed = 0000:03:00.0  # options xen-pciback hide= in "
				   "/etc/modprobe.d/vfio.conf\n",
			"");
}

/* kmod reads five directories; of files with the same name only the one in the first of them. */
static void test_claims_of_all_directories(void **state)
{
	struct host_tree *tree = *state;

	scratch_write(&tree->scratch, "etc/modprobe.d/b.conf", "options vfio-pci ids=0001:0001\n");
	scratch_write(&tree->scratch, "usr/lib/modprobe.d/b.conf",
		      "options vfio-pci ids=0002:0002\n");
	scratch_write(&tree->scratch, "run/modprobe.d/d.conf", "options vfio-pci ids=0003:0003\n");
	scratch_write(&tree->scratch, "usr/local/lib/modprobe.d/c.conf",
		      "options vfio-pci ids=0004:0004\n");
	scratch_write(&tree->scratch, "usr/lib/modprobe.d/a.conf",
		      "options vfio-\\\npci ids=0005:0005,\\\n0006:0006\n");
	scratch_write(&tree->scratch, "lib/modprobe.d/e.conf", "options vfio-pci ids=0007:0007\n");
#define IDS_IN "  # options vfio-pci ids= in "
	host_tree_check(tree,
			NEEDS_ROOT "claimed = 0005:0005" IDS_IN "/usr/lib/modprobe.d/a.conf\n"
				   "claimed = 0006:0006" IDS_IN "/usr/lib/modprobe.d/a.conf\n"
				   "claimed = 0001:0001" IDS_IN "/etc/modprobe.d/b.conf\n"
				   "claimed = 0004:0004" IDS_IN "/usr/local/lib/modprobe.d/c.conf\n"
				   "claimed = 0003:0003" IDS_IN "/run/modprobe.d/d.conf\n"
				   "claimed = 0007:0007" IDS_IN "/lib/modprobe.d/e.conf\n",
			"");
}

/* A host that needs nothing has only claims. */
static void test_claims_only(void **state)
{
	struct host_tree *tree = *state;

	host_tree_mount(tree, "0:30 / tmpfs tmpfs rw\n");
	scratch_write(&tree->scratch, "etc/driverctl.d/pci-0000:01:00.0", "a\\b\001c d\n");
	assert_int_equal(host_find_needs(&tree->needs, tree->arena, &tree->roots), 0);
	assert_string_equal(tree->needs.text,
			    HOST_HEADING "claimed = 0000:01:00.0  # driverctl set-override "
					 "0000:01:00.0 a\\b?c\n");
}

static void test_no_memory(void **state)
{
	struct host_tree *tree = *state;
	size_t at = 1;

	ask(tree, "data UUID=1234 none\n", LUKS);
	add_input(tree, USB0 "input3", "Keyboard\n", KEYBOARD);
	scratch_write(&tree->scratch, "etc/driverctl.d/pci-0000:01:00.0", "vfio-pci\n");
	scratch_write(&tree->scratch, "etc/modprobe.d/vfio.conf",
		      "options vfio-pci ids=0001:0001\n");
	for (;; at++) {
		arena_fail_at(tree->arena, at);
		if (host_find_needs(&tree->needs, tree->arena, &tree->roots) == 0)
			break;
	}
	arena_fail_at(tree->arena, 0);
	assert_true(at > 40);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_questions),
		TEST(test_crypttab_of_the_initramfs),
		TEST(test_what_is_a_keyboard),
		TEST(test_keyboard_of_32_bits),
		TEST(test_two_on_one),
		TEST(test_two_on_two),
		TEST(test_ps2),
		TEST(test_claims),
		TEST(test_claims_of_modprobe),
		TEST(test_claims_of_all_directories),
		TEST(test_claims_only),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("host_keyboard", tests, NULL, NULL);
}
