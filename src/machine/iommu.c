// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/pci.h"

static int found_one(void *context, const char *name)
{
	(void)context, (void)name;
	return 1;
}

enum iommu_state pci_iommu_state(const struct sysfs *sysfs)
{
	if (sysfs_list(sysfs, "class/iommu", found_one, NULL) > 0)
		return IOMMU_ON;
	if (sysfs_exists(sysfs, "firmware/acpi/tables/DMAR"))
		return IOMMU_OFF_INTEL;
	if (sysfs_exists(sysfs, "firmware/acpi/tables/IVRS"))
		return IOMMU_OFF_AMD;
	return IOMMU_ABSENT;
}
