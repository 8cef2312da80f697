// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the firmware's framebuffer is in a display's memory, and which driver has it. */
#include "machine/framebuffer.h"

#include <stdio.h>
#include <string.h>

#include "scratch.h"
#include "unit.h"

#define BEFORE                                  \
	"00000000-00000fff : Reserved\n"        \
	"000a0000-000fffff : PCI Bus 0000:00\n" \
	"80000000-febfffff : PCI Bus 0000:00\n" \
	"  c0000000-d1ffffff : PCI Bus 0000:01\n"
#define CARD  "    c0000000-cfffffff : 0000:01:00.0\n"
#define AFTER "    d0000000-d1ffffff : 0000:01:00.0\n  fe000000-fe003fff : 0000:02:00.0\n"

static const struct {
	const char *iomem;
	const char *address;
	bool inside;
} cases[] = {
	{ BEFORE CARD "      c0000000-c02fffff : efifb\n" AFTER, "0000:01:00.0", true },
	/* The kernel's mark before a driver comes, and the driver within it. */
	{ BEFORE CARD "      c0000000-c02fffff : BOOTFB\n" AFTER, "0000:01:00.0", true },
	{ BEFORE CARD "      c0000000-c02fffff : BOOTFB\n        c0000000-c02fffff : simplefb\n",
	  "0000:01:00.0", true },
	{ BEFORE CARD "      c0000000-cfffffff : vesafb", "0000:01:00.0", true },
	/* In the second of its BARs. */
	{ BEFORE CARD "    d0000000-d1ffffff : 0000:01:00.0\n      d0000000-d02fffff : simpledrm\n",
	  "0000:01:00.0", true },
	/* In another function's BAR. */
	{ BEFORE CARD AFTER "    fe000000-fe001fff : efifb\n", "0000:01:00.0", false },
	{ BEFORE CARD AFTER "    fe000000-fe001fff : efifb\n", "0000:02:00.0", true },
	{ BEFORE CARD "      c0000000-c02fffff : efifb\n" AFTER, "0000:02:00.0", false },
	/* Beside a BAR and in the bridge's window, but in no BAR. */
	{ BEFORE CARD "    d0000000-d02fffff : efifb\n", "0000:01:00.0", false },
	/* A real driver's. */
	{ BEFORE CARD "      c0000000-cfffffff : nouveau\n" AFTER, "0000:01:00.0", false },
	{ BEFORE CARD "      c0000000-cfffffff : efifbx\n" AFTER, "0000:01:00.0", false },
	{ "", "0000:01:00.0", false },
	{ "\n\n : \n:\n   \nefifb\n", "0000:01:00.0", false },
};

static void test_lies_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pci_address address;

		assert_int_equal(
			pci_address_parse(cases[i].address, strlen(cases[i].address), &address), 0);
		if (framebuffer_lies_in(cases[i].iomem, &address) != cases[i].inside)
			fail_msg("case %zu", i);
	}
}

#define CONSOLE BEFORE CARD "      c0000000-c02fffff : efifb\n" AFTER

struct tree {
	struct scratch scratch;
	struct sysfs sysfs;
	struct arena *arena;
	char iomem[192];
};

static int create(void **state)
{
	static struct tree tree;

	scratch_create(&tree.scratch);
	scratch_write(&tree.scratch, "iomem", CONSOLE);
	snprintf(tree.iomem, sizeof(tree.iomem), "%s/iomem", tree.scratch.path);
	assert_int_equal(sysfs_open(&tree.sysfs, tree.scratch.path), 0);
	tree.arena = arena_create(1 << 20);
	assert_non_null(tree.arena);
	*state = &tree;
	return 0;
}

static int destroy(void **state)
{
	struct tree *tree = *state;

	arena_destroy(tree->arena);
	sysfs_close(&tree->sysfs);
	scratch_remove(&tree->scratch);
	return 0;
}

static struct device find(struct tree *tree, uint8_t bus)
{
	struct device device = { .address = { .bus = bus } };

	assert_int_equal(framebuffer_find(&tree->sysfs, tree->arena, tree->iomem, &device), 0);
	return device;
}

static void test_find(void **state)
{
	struct tree *tree = *state;
	struct device device;

	/* Without a platform device, then with one that has no driver, then with others. */
	assert_null(find(tree, 1).framebuffer);
	scratch_write(&tree->scratch, "bus/platform/devices/efi-framebuffer.0/modalias", "x");
	scratch_link(&tree->scratch, "bus/platform/devices/alarmtimer.0/driver",
		     "../../drivers/alarmtimer");
	assert_null(find(tree, 1).framebuffer);
	scratch_link(&tree->scratch, "bus/platform/devices/simple-framebuffer.0/driver",
		     "../../../bus/platform/drivers/simple-framebuffer");
	device = find(tree, 1);
	assert_string_equal(device.framebuffer, "simple-framebuffer.0");
	assert_string_equal(device.framebuffer_driver, "simple-framebuffer");
	assert_null(find(tree, 2).framebuffer);
}

static void test_unreadable(void **state)
{
	struct tree *tree = *state;

	strcat(tree->iomem, ".not-there");
	assert_null(find(tree, 1).framebuffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies_in),
		cmocka_unit_test_setup_teardown(test_find, create, destroy),
		cmocka_unit_test_setup_teardown(test_unreadable, create, destroy),
	};

	return cmocka_run_group_tests_name("framebuffer", tests, NULL, NULL);
}
