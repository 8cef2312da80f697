// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's console on a serial port, and armed watchdogs. */
#include <stdio.h>
#include <string.h>

#include "host_tree.h"

#define CARD "pci0000:00/0000:00:1c.0/0000:03:00.0"
#define AMT  "pci0000:00/0000:00:16.3"
#define LPC  "pci0000:00/0000:00:1f.0"
#define SMB  "pci0000:00/0000:00:1f.4"
#define XHCI "pci0000:00/0000:00:14.0"

#define ROOT_LINE  "protect = " HOST_NVME0 "  # / (nvme0n1)\n"
#define NEEDS_CARD "protect = 00:1c.0/00.0@1c00:3253:1af4:1100  # "
#define NEEDS_AMT  "protect = 00:16.3@8086:a13d:1af4:1100  # "
#define NEEDS_LPC  "protect = 00:1f.0@8086:a152:1af4:1100  # "
#define NEEDS_SMB  "protect = 00:1f.4@8086:a123:1af4:1100  # "
#define NEEDS_XHCI "protect = 00:14.0@8086:a36d:1af4:1100  # "

static void link_class(struct host_tree *tree, const char *class, const char *path)
{
	char link[256], target[256];

	snprintf(link, sizeof(link), "sys/class/%s/%s", class, strrchr(path, '/') + 1);
	snprintf(target, sizeof(target), "../../devices/%s", path);
	scratch_link(&tree->scratch, link, target);
}

static int create(void **state)
{
	static struct host_tree tree;

	host_tree_create(&tree);
	host_tree_disks(&tree);
	host_tree_mount(&tree, "259:2 / ext4 /dev/nvme0n1p2 rw\n");
	host_tree_pci(&tree, "pci0000:00/0000:00:1c.0", 0x060400, 0x8086, 0xa110);
	host_tree_pci(&tree, CARD, 0x070002, 0x1c00, 0x3253);
	host_tree_pci(&tree, AMT, 0x070002, 0x8086, 0xa13d);
	host_tree_pci(&tree, LPC, 0x060100, 0x8086, 0xa152);
	host_tree_pci(&tree, SMB, 0x0c0500, 0x8086, 0xa123);
	host_tree_pci(&tree, XHCI, 0x0c0330, 0x8086, 0xa36d);
	/* As kernels before and since 6.5 show ports. */
	link_class(&tree, "tty", AMT "/tty/ttyS4");
	link_class(&tree, "tty", CARD "/0000:03:00.0:0/0000:03:00.0:0.0/tty/ttyS5");
	link_class(&tree, "tty", "pnp0/00:03/00:03:0/00:03:0.0/tty/ttyS0");
	link_class(&tree, "tty", "virtual/tty/tty0");
	link_class(&tree, "tty", XHCI "/usb1/1-3/1-3:1.0/ttyUSB0/tty/ttyUSB0");
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	host_tree_remove(*state);
	return 0;
}

static const struct {
	const char *active, *cmdline, *lines;
} consoles[] = {
	{ "tty0\n", "quiet", "" },
	{ "tty0 ttyS0\n", "console=tty0 console=ttyS0,115200n8", "" },
	{ "tty0 ttyS4\n", "quiet", NEEDS_AMT "the console (ttyS4)\n" },
	{ "ttyS5 ttyS4\n", "",
	  NEEDS_CARD "the console (ttyS5)\n" NEEDS_AMT "the console (ttyS4)\n" },
	{ "tty0\n", "console=tty0 console=ttyS5,115200n8", NEEDS_CARD "the console (ttyS5)\n" },
	{ "tty0 ttyS4\n", "console=ttyS4", NEEDS_AMT "the console (ttyS4)\n" },
	{ "ttyUSB0\n", "console=ttyUSB0", NEEDS_XHCI "the console (ttyUSB0)\n" },
	{ "\n", "console= console=../tty/ttyS4 console=uart8250,mmio,0xf000 console", "" },
};

static void test_consoles(void **state)
{
	struct host_tree *tree = *state;

	for (size_t i = 0; i < ARRAY_SIZE(consoles); i++) {
		struct text wanted = { .used = 0 };

		scratch_write(&tree->scratch, "sys/class/tty/console/active", consoles[i].active);
		scratch_write(&tree->scratch, "proc/cmdline", consoles[i].cmdline);
		text_add(&wanted, "%s%s", ROOT_LINE, consoles[i].lines);
		host_tree_check(tree, wanted.bytes, "");
	}
}

static void add_watchdog(struct host_tree *tree, const char *path, const char *state)
{
	char file[256];

	snprintf(file, sizeof(file), "sys/devices/%s/state", path);
	scratch_write(&tree->scratch, file, state);
	link_class(tree, "watchdog", path);
}

/* An armed watchdog resets the machine, whoever has its driver. */
static void test_watchdogs(void **state)
{
	struct host_tree *tree = *state;

	add_watchdog(tree, SMB "/iTCO_wdt/watchdog/watchdog0", "active\n");
	add_watchdog(tree, CARD "/watchdog/watchdog1", "inactive\n");
	add_watchdog(tree, "virtual/watchdog/watchdog2", "active\n");
	link_class(tree, "watchdog", AMT "/watchdog/watchdog3");
	host_tree_check(tree, ROOT_LINE NEEDS_SMB "an armed watchdog (watchdog0)\n", "");
}

/* Some drivers do not set a watchdog's parent: its identity is the driver's name. */
static void test_watchdog_of_nobody(void **state)
{
	struct host_tree *tree = *state;

	add_watchdog(tree, "virtual/watchdog/watchdog0", "active\n");
	add_watchdog(tree, "virtual/watchdog/watchdog1", "active\n");
	scratch_write(&tree->scratch, "sys/devices/virtual/watchdog/watchdog0/identity",
		      "Software Watchdog\n");
	scratch_write(&tree->scratch, "sys/devices/virtual/watchdog/watchdog1/identity",
		      "i6300ESB timer\n");
	scratch_write(&tree->scratch, "sys/bus/pci/drivers/i6300ESB timer/bind", "");
	scratch_link(&tree->scratch, "sys/bus/pci/drivers/i6300ESB timer/module",
		     "../../../../module/i6300esb");
	scratch_link(&tree->scratch, "sys/bus/pci/drivers/i6300ESB timer/0000:03:00.0",
		     "../../../../devices/" CARD);
	host_tree_check(tree, ROOT_LINE NEEDS_CARD "an armed watchdog (watchdog1)\n", "");
}

/* Older chipsets have the watchdog on the ISA bridge, a function like others. */
static void test_watchdog_on_bridge(void **state)
{
	struct host_tree *tree = *state;

	add_watchdog(tree, LPC "/iTCO_wdt.0.auto/watchdog/watchdog0", "active\n");
	host_tree_check(tree, ROOT_LINE NEEDS_LPC "an armed watchdog (watchdog0)\n", "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_consoles),
		TEST(test_watchdogs),
		TEST(test_watchdog_of_nobody),
		TEST(test_watchdog_on_bridge),
	};

	return cmocka_run_group_tests_name("host_console", tests, NULL, NULL);
}
