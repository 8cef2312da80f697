// SPDX-License-Identifier: GPL-2.0-or-later
/* What a tree says of the IOMMU, and whether groups may come late there. */
#include "machine/pci.h"

#include "scratch.h"
#include "unit.h"

#define TABLES "firmware/acpi/tables/"
#define UNITS  "class/iommu/"
#define ALIAS  "bus/pci/devices/0000:00:1c.0/modalias"

static const struct {
	const char *path, *other; /* files; other may be NULL */
	const char *text;	  /* of both */
	enum iommu_state state;
	bool late;
} trees[] = {
	{ TABLES "DMAR", NULL, "", IOMMU_OFF_INTEL, false },
	{ TABLES "IVRS", NULL, "", IOMMU_OFF_AMD, false },
	{ TABLES "VIOT", NULL, "", IOMMU_OFF_VIRTIO, false },
	{ ALIAS, NULL, "pci:v00001AF4d00001057sv00001AF4sd00001100bc08sc06i00\n", IOMMU_OFF_VIRTIO,
	  false },
	{ ALIAS, NULL, "pci:v00001AF4d00001050sv00001AF4sd00001100bc08sc06i00\n", IOMMU_ABSENT,
	  false },
	{ ALIAS, TABLES "DMAR", "pci:v00001AF4d00001057sv00001AF4sd00001100bc08sc06i00\n",
	  IOMMU_OFF_INTEL, false },
	{ "class/net", NULL, "", IOMMU_ABSENT, false },
	{ UNITS "dmar0/x", TABLES "DMAR", "", IOMMU_ON, false },
	{ UNITS "ivhd0/x", TABLES "IVRS", "", IOMMU_ON, false },
	/* Trees that were captured without the firmware's tables. */
	{ UNITS "dmar0/x", NULL, "", IOMMU_ON, false },
	{ UNITS "ivhd1/x", NULL, "", IOMMU_ON, false },
	{ UNITS "smmu3.0x0000000009050000/x", NULL, "", IOMMU_ON, true },
	{ UNITS "smmu3.0x0000000009050000/x", TABLES "IORT", "", IOMMU_ON, true },
	{ UNITS "0000:00:1c.0/x", TABLES "VIOT", "", IOMMU_ON, true },
	{ UNITS "0000:00:1c.0/x", TABLES "DMAR", "", IOMMU_ON, false },
	{ UNITS "0000:00:1c.0/x", TABLES "IVRS", "", IOMMU_ON, false },
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
			scratch_write(&scratch, trees[i].other, trees[i].text);
		assert_int_equal(sysfs_open(&sysfs, scratch.path), 0);
		check_number(trees[i].path, pci_iommu_state(&sysfs), trees[i].state);
		check_number(trees[i].path, pci_groups_come_late(&sysfs), trees[i].late);
		sysfs_close(&sysfs);
		scratch_remove(&scratch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_trees) };

	return cmocka_run_group_tests_name("iommu", tests, NULL, NULL);
}
