// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/topology.h"

#include <errno.h>

#include "unit.h"

static int create(void **state)
{
	*state = arena_create(0);
	return 0;
}

static int destroy(void **state)
{
	arena_destroy(*state);
	return 0;
}

/* "group:member,member;" for each group. */
static void render(const struct topology *topology, struct text *text)
{
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < topology->group_count; i++) {
		const struct group *group = &topology->groups[i];

		text_add(text, "%d:", group->number);
		for (size_t j = 0; j < group->count; j++)
			text_add(text, "%s%s", j ? "," : "",
				 pci_address_format(&group->members[j]->address, address));
		text_add(text, ";");
	}
}

static void test_groups(void **state)
{
	/* In the order of addresses, with groups as they come on real boards. */
	struct device devices[] = {
		{ .address = { 0, 0, 0, 0 }, .group = 0 },
		{ .address = { 0, 0, 1, 0 }, .group = 12 },
		{ .address = { 0, 0, 2, 0 }, .group = -1 },
		{ .address = { 0, 0, 0x1f, 0 }, .group = 2 },
		{ .address = { 0, 0, 0x1f, 3 }, .group = 2 },
		{ .address = { 0, 1, 0, 0 }, .group = 12 },
		{ .address = { 0, 1, 0, 1 }, .group = 12 },
		{ .address = { 0x10000, 1, 0, 0 }, .group = 2 },
	};
	struct topology topology;
	struct text text = { .used = 0 };

	assert_int_equal(topology_build(&topology, *state, devices, ARRAY_SIZE(devices), IOMMU_ON),
			 0);
	render(&topology, &text);
	assert_string_equal(text.bytes, "0:0000:00:00.0;"
					"2:0000:00:1f.0,0000:00:1f.3,10000:01:00.0;"
					"12:0000:00:01.0,0000:01:00.0,0000:01:00.1;");
	assert_int_equal(topology.count, ARRAY_SIZE(devices));
	assert_ptr_equal(topology.devices, devices);
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		const struct group *group = topology_group(&topology, &devices[i]);
		bool found = false;

		if (devices[i].group < 0) {
			assert_null(group);
			continue;
		}
		assert_non_null(group);
		assert_int_equal(group->number, devices[i].group);
		for (size_t j = 0; j < group->count; j++)
			found |= group->members[j] == &devices[i];
		assert_true(found);
	}
}

static void test_no_groups(void **state)
{
	struct device devices[] = { { .group = -1 }, { .address = { 0, 0, 1, 0 }, .group = -1 } };
	struct topology topology;

	assert_int_equal(topology_build(&topology, *state, devices, 2, IOMMU_OFF_AMD), 0);
	assert_int_equal(topology.group_count, 0);
	assert_int_equal(topology.iommu, IOMMU_OFF_AMD);
	assert_null(topology_group(&topology, &devices[0]));
}

/* As many groups as devices. */
static void test_groups_of_one(void **state)
{
	struct device devices[20] = { 0 };
	struct topology topology;

	for (int i = 0; i < (int)ARRAY_SIZE(devices); i++) {
		devices[i].address.device = (uint8_t)i;
		devices[i].group = 19 - i;
	}
	assert_int_equal(topology_build(&topology, *state, devices, ARRAY_SIZE(devices), IOMMU_ON),
			 0);
	assert_int_equal(topology.group_count, ARRAY_SIZE(devices));
	for (int i = 0; i < (int)ARRAY_SIZE(devices); i++) {
		assert_int_equal(topology.groups[i].number, i);
		assert_int_equal(topology.groups[i].count, 1);
		assert_ptr_equal(topology.groups[i].members[0], &devices[19 - i]);
	}
}

static void test_no_devices(void **state)
{
	struct topology topology;

	assert_int_equal(topology_build(&topology, *state, NULL, 0, IOMMU_ABSENT), 0);
	assert_int_equal(topology.group_count, 0);
	assert_int_equal(topology.count, 0);
}

static void test_no_memory(void **state)
{
	struct device devices[] = { { .group = 1 }, { .address = { 0, 0, 1, 0 }, .group = 2 } };
	struct topology topology;

	for (size_t at = 1; at <= 2; at++) {
		arena_fail_at(*state, at);
		assert_int_equal(topology_build(&topology, *state, devices, 2, IOMMU_ON), -ENOMEM);
		assert_true(arena_fail_at(*state, 0));
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, create, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_groups),     TEST(test_groups_of_one), TEST(test_no_groups),
		TEST(test_no_devices), TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("topology", tests, NULL, NULL);
}
