// SPDX-License-Identifier: GPL-2.0-or-later
/* Which kind of machine it is, by the CPU and the firmware. */
#include "machine/platform.h"

#include "scratch.h"
#include "unit.h"

static const struct {
	const char *name, *cpuinfo;
	enum platform platform;
} cpuinfos[] = {
	{ "intel", "processor\t: 0\nvendor_id\t: GenuineIntel\n", PLATFORM_INTEL },
	{ "amd", "processor\t: 0\nvendor_id\t: AuthenticAMD\n", PLATFORM_AMD },
	{ "hygon", "processor\t: 0\nvendor_id\t: HygonGenuine\n", PLATFORM_AMD },
	{ "zhaoxin", "processor\t: 0\nvendor_id\t:   Shanghai  \n", PLATFORM_INTEL },
	{ "arm64", "processor\t: 0\nCPU implementer\t: 0x41\n", PLATFORM_ARM },
	{ "power", "cpu\t\t: POWER9\nplatform\t: PowerNV\n", PLATFORM_POWER },
	{ "pseries", "cpu\t\t: POWER10\nplatform\t: pSeries\n", PLATFORM_POWER },
	{ "riscv", "processor\t: 0\nisa\t\t: rv64imafdc\n", PLATFORM_TREE },
	{ "none", NULL, PLATFORM_UNKNOWN },
};

static void test_cpuinfo(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cpuinfos); i++)
		check_number(cpuinfos[i].name, platform_of_cpuinfo(cpuinfos[i].cpuinfo),
			     cpuinfos[i].platform);
}

static void test_virtual(void **state)
{
	(void)state;
	assert_false(platform_is_virtual(NULL));
	assert_false(platform_is_virtual("vendor_id\t: GenuineIntel\nflags\t\t: fpu vme\n"));
	assert_true(platform_is_virtual("processor\t: 0\nflags\t\t: fpu hypervisor vme\n"));
	/* Only as a flag. */
	assert_false(platform_is_virtual("x\nflags\t\t: fpu\nmodel name\t: a hypervisor\n"));
}

#define ALIAS  "devices/system/cpu/modalias"
#define TABLES "firmware/acpi/tables/"
#define BRIDGE "bus/pci/devices/0000:00:00.0/vendor"

static const struct {
	const char *path, *text;
	const char *other, *other_text; /* a second, weaker file; NULL for none */
	enum platform platform;
} trees[] = {
	{ ALIAS, "cpu:type:x86,ven0000fam0006mod009E:feature:,0000\n", NULL, NULL, PLATFORM_INTEL },
	{ ALIAS, "cpu:type:x86,ven0002fam001Amod0002:feature:,0000\n", BRIDGE, "0x8086\n",
	  PLATFORM_AMD },
	{ ALIAS, "cpu:type:aarch64:feature:,0000\n", BRIDGE, "0x8086\n", PLATFORM_ARM },
	{ TABLES "DMAR", "", BRIDGE, "0x1022\n", PLATFORM_INTEL },
	{ TABLES "IVRS", "", NULL, NULL, PLATFORM_AMD },
	{ TABLES "IORT", "", NULL, NULL, PLATFORM_ARM },
	{ "firmware/devicetree/base/ibm,opal/name", "", BRIDGE, "0x8086\n", PLATFORM_POWER },
	{ "firmware/devicetree/base/cpus/name", "cpus", BRIDGE, "0x1b36\n", PLATFORM_TREE },
	{ BRIDGE, "0x8086\n", NULL, NULL, PLATFORM_INTEL },
	{ BRIDGE, "0x1022\n", NULL, NULL, PLATFORM_AMD },
	{ BRIDGE, "0x1014\n", NULL, NULL, PLATFORM_POWER },
	{ BRIDGE, "0x1d0f\n", NULL, NULL, PLATFORM_UNKNOWN },
	{ "bus/nothing", "", NULL, NULL, PLATFORM_UNKNOWN },
};

static void test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		struct scratch scratch;
		struct sysfs sysfs;

		scratch_create(&scratch);
		scratch_write(&scratch, trees[i].path, trees[i].text);
		if (trees[i].other)
			scratch_write(&scratch, trees[i].other, trees[i].other_text);
		assert_int_equal(sysfs_open(&sysfs, scratch.path), 0);
		check_number(trees[i].path, platform_find(&sysfs), trees[i].platform);
		sysfs_close(&sysfs);
		scratch_remove(&scratch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpuinfo),
		cmocka_unit_test(test_virtual),
		cmocka_unit_test(test_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
