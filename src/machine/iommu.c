// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "lib/util.h"
#include "machine/pci.h"

#define TABLES "firmware/acpi/tables/"

/* How the module alias of a virtio-iommu on the PCI bus begins. */
#define VIRTIO_IOMMU "pci:v00001AF4d00001057"

static int found_one(void *context, const char *name)
{
	(void)context, (void)name;
	return 1;
}

static int found_virtio(void *context, const char *name)
{
	char path[SYSFS_PATH_SIZE], alias[128];

	snprintf(path, sizeof(path), "bus/pci/devices/%s/modalias", name);
	return sysfs_read(context, path, alias, sizeof(alias)) > 0 &&
	       strstarts(alias, VIRTIO_IOMMU);
}

bool pci_has_virtio_iommu(const struct sysfs *sysfs)
{
	return sysfs_exists(sysfs, TABLES "VIOT") ||
	       sysfs_list(sysfs, "bus/pci/devices", found_virtio, (void *)sysfs) > 0;
}

enum iommu_state pci_iommu_state(const struct sysfs *sysfs)
{
	if (sysfs_list(sysfs, "class/iommu", found_one, NULL) > 0)
		return IOMMU_ON;
	if (sysfs_exists(sysfs, TABLES "DMAR"))
		return IOMMU_OFF_INTEL;
	if (sysfs_exists(sysfs, TABLES "IVRS"))
		return IOMMU_OFF_AMD;
	return pci_has_virtio_iommu(sysfs) ? IOMMU_OFF_VIRTIO : IOMMU_ABSENT;
}

/* Units are called "dmar0" (drivers/iommu/intel/dmar.c) and "ivhd0" (drivers/iommu/amd/init.c). */
static int found_early(void *context, const char *name)
{
	(void)context;
	return strstarts(name, "dmar") || strstarts(name, "ivhd") ? -1 : 1;
}

bool pci_groups_come_late(const struct sysfs *sysfs)
{
	return !sysfs_exists(sysfs, TABLES "DMAR") && !sysfs_exists(sysfs, TABLES "IVRS") &&
	       sysfs_list(sysfs, "class/iommu", found_early, NULL) > 0;
}
