// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/traits.h"

#include <stdio.h>

#include "scratch.h"
#include "unit.h"

#define ROOT "devices/pci0000:00/"
#define PORT ROOT "0000:00:01.0"

/* In the order of their addresses. */
enum { PORT_ABOVE, IN_SLOT, IN_SLOT_TOO, PHYSICAL, VIRTUAL, OLD, REMOVABLE, GONE, COUNT };

struct here {
	struct scratch scratch;
	struct sysfs sysfs;
	struct arena *arena;
	struct device devices[COUNT];
	struct topology topology;
};

static int create(void **state)
{
	static struct here here;
	const struct device devices[COUNT] = {
		[PORT_ABOVE] = { .address = { 0, 0, 1, 0 }, .header_type = 1, .directory = PORT },
		[IN_SLOT] = { .address = { 0, 1, 0, 0 }, .directory = PORT "/0000:01:00.0" },
		[IN_SLOT_TOO] = { .address = { 0, 1, 0, 7 }, .directory = PORT "/0000:01:00.7" },
		[PHYSICAL] = { .address = { 0, 2, 0, 0 }, .directory = ROOT "0000:02:00.0" },
		[VIRTUAL] = { .address = { 0, 2, 0, 1 }, .directory = ROOT "0000:02:00.1" },
		[OLD] = { .address = { 0, 3, 0, 0 }, .directory = ROOT "0000:03:00.0" },
		[REMOVABLE] = { .address = { 0, 4, 0, 0 }, .directory = ROOT "0000:04:00.0" },
		[GONE] = { .address = { 0x10000, 1, 0, 0 },
			   .directory = ROOT "gone",
			   .gone = true },
	};

	scratch_create(&here.scratch);
	here.arena = arena_create(0);
	memcpy(here.devices, devices, sizeof(devices));
	here.devices[IN_SLOT].parent = &here.devices[PORT_ABOVE];
	here.devices[IN_SLOT_TOO].parent = &here.devices[PORT_ABOVE];
	here.topology = (struct topology){ .devices = here.devices, .count = COUNT };
	for (size_t i = 0; i < COUNT; i++) {
		char path[SYSFS_PATH_SIZE];

		snprintf(path, sizeof(path), "%s/class", devices[i].directory);
		scratch_write(&here.scratch, path, "0x020000\n");
	}
	assert_int_equal(sysfs_open(&here.sysfs, here.scratch.path), 0);
	*state = &here;
	return 0;
}

static int destroy(void **state)
{
	struct here *here = *state;

	sysfs_close(&here->sysfs);
	arena_destroy(here->arena);
	scratch_remove(&here->scratch);
	return 0;
}

static struct traits *read_all(struct here *here)
{
	struct traits *traits;

	assert_int_equal(traits_read(&here->sysfs, here->arena, &here->topology, &traits), 0);
	return traits;
}

static void test_reset(void **state)
{
	struct here *here = *state;
	const struct traits *traits;

	scratch_write(&here->scratch, PORT "/reset_method", "bus\n");
	scratch_write(&here->scratch, PORT "/0000:01:00.0/reset_method", "flr bus\n");
	/* All of them were turned off by writing nothing. */
	scratch_write(&here->scratch, PORT "/0000:01:00.7/reset_method", "\n");
	scratch_write(&here->scratch, PORT "/0000:01:00.7/reset", "");
	scratch_write(&here->scratch, ROOT "0000:03:00.0/reset", "");
	traits = read_all(here);
	assert_true(traits[IN_SLOT].can_reset);
	assert_string_equal(traits[IN_SLOT].reset_methods, "flr bus");
	assert_false(traits[IN_SLOT_TOO].can_reset);
	assert_string_equal(traits[IN_SLOT_TOO].reset_methods, "");
	assert_true(traits[OLD].can_reset);
	assert_null(traits[OLD].reset_methods);
	assert_false(traits[PHYSICAL].can_reset);
	assert_string_equal(traits[PHYSICAL].reset_methods, "");
	/* It is not asked of bridges. */
	assert_false(traits[PORT_ABOVE].can_reset);
}

static void test_virtual_functions(void **state)
{
	struct here *here = *state;
	const struct traits *traits;

	scratch_write(&here->scratch, ROOT "0000:02:00.0/sriov_totalvfs", "64\n");
	scratch_link(&here->scratch, ROOT "0000:02:00.1/physfn", "../0000:02:00.0");
	scratch_link(&here->scratch, ROOT "0000:03:00.0/physfn", "../0000:09:00.0");
	scratch_link(&here->scratch, ROOT "0000:04:00.0/physfn", "../nonsense");
	traits = read_all(here);
	assert_int_equal(traits[PHYSICAL].virtual_functions_max, 64);
	assert_null(traits[PHYSICAL].physical_function);
	assert_ptr_equal(traits[VIRTUAL].physical_function, &here->devices[PHYSICAL]);
	assert_null(traits[OLD].physical_function);
	assert_null(traits[REMOVABLE].physical_function);
}

/* "1" for each that can be plugged. */
static void expect_plugs(struct here *here, const char *expected)
{
	const struct traits *traits = read_all(here);

	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(traits[i].hot_pluggable, expected[i] == '1');
}

static void test_slots(void **state)
{
	struct here *here = *state;

	expect_plugs(here, "00000000");
	/* A slot without power is one that the firmware only has a number for. */
	scratch_write(&here->scratch, "bus/pci/slots/1/address", "0000:01:00\n");
	expect_plugs(here, "00000000");
	scratch_write(&here->scratch, "bus/pci/slots/1/power", "1\n");
	scratch_write(&here->scratch, "bus/pci/slots/bus/address", "0000:02\n");
	scratch_write(&here->scratch, "bus/pci/slots/bus/power", "1\n");
	scratch_write(&here->scratch, "bus/pci/slots/odd/address", "0000:02:00.0:0000\n");
	scratch_write(&here->scratch, "bus/pci/slots/odd/power", "1\n");
	expect_plugs(here, "01100000");
}

static void test_removable(void **state)
{
	struct here *here = *state;

	scratch_write(&here->scratch, ROOT "0000:04:00.0/removable", "removable\n");
	scratch_write(&here->scratch, ROOT "0000:03:00.0/removable", "fixed\n");
	expect_plugs(here, "00000010");
	/* What is behind it is plugged with it. */
	scratch_write(&here->scratch, PORT "/removable", "removable\n");
	expect_plugs(here, "11100010");
	/* No kernel has a device behind itself. */
	here->devices[OLD].parent = &here->devices[OLD];
	expect_plugs(here, "11100010");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reset, create, destroy),
		cmocka_unit_test_setup_teardown(test_virtual_functions, create, destroy),
		cmocka_unit_test_setup_teardown(test_slots, create, destroy),
		cmocka_unit_test_setup_teardown(test_removable, create, destroy),
	};

	return cmocka_run_group_tests_name("traits", tests, NULL, NULL);
}
