// SPDX-License-Identifier: GPL-2.0-or-later
#include "surveyed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "machine/attached.h"
#include "machine/firmware_display.h"
#include "machine/framebuffer.h"

struct surveyed surveyed;

int __wrap_uname(struct utsname *kernel);

int __wrap_uname(struct utsname *kernel)
{
	snprintf(kernel->release, sizeof(kernel->release), "%s", surveyed.release);
	return 0;
}

static const struct function functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1),
	FUNCTION("0000:00:02.0", 0x030000, -1, 0x8086, 0x3e98, .boot_display = true),
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .parent = "0000:00:01.0"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, .parent = "0000:00:01.0"),
	FUNCTION("0000:02:00.0", 0x020000, 2, 0x15b3, 0x101e),
	FUNCTION("0000:03:00.0", 0x010802, 3, 0x144d, 0xa808),
	FUNCTION("0000:04:00.0", 0x0c0330, 0, 0x8086, 0xa36d),
	FUNCTION("0000:04:00.1", 0x050000, 0, 0x8086, 0xa36f),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

int pci_scan(struct pci_source *source, struct arena *arena, struct device **devices, size_t *count)
{
	(void)source;
	if (surveyed.failure)
		return surveyed.failure;
	*devices = arena_allocate(arena, surveyed.truth.count, sizeof(struct device));
	for (size_t i = 0; i < surveyed.truth.count; i++)
		(*devices)[i] = (struct device){ .address = surveyed.truth.devices[i].address,
						 .group = -1,
						 .modalias = "" };
	*count = surveyed.truth.count;
	return 0;
}

/* Returns what is true of a device; its index goes to index. */
static const struct device *find_truth(const struct device *device, size_t *index)
{
	for (size_t i = 0; i < surveyed.truth.count; i++) {
		if (pci_address_compare(&surveyed.truth.devices[i].address, &device->address) ==
		    0) {
			*index = i;
			return &surveyed.truth.devices[i];
		}
	}
	fail_msg("a device that was not scanned");
	return NULL;
}

int pci_identify(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	(void)source, (void)arena;
	if (device->identified || device->gone)
		return 0;
	text_add(&surveyed.reads, "i%zu ", index);
	device->identified = true;
	device->gone = surveyed.gone[index];
	if (!device->gone) {
		device->modalias = index == 4 ? "pci:4" : "pci:";
		device->id = known->id;
		device->class = known->class;
		device->boot_display = known->boot_display;
	}
	return 0;
}

int framebuffer_find(const struct sysfs *sysfs, struct arena *arena, const char *iomem,
		     struct device *device)
{
	size_t index;

	find_truth(device, &index);
	assert_ptr_equal(sysfs, &surveyed.here);
	assert_non_null(arena);
	assert_string_equal(iomem, "/proc/iomem");
	text_add(&surveyed.reads, "f%zu ", index);
	return 0;
}

int firmware_display_find(struct firmware_display *display, const struct sysfs *sysfs,
			  struct arena *arena, const char *iomem)
{
	(void)sysfs, (void)arena, (void)iomem;
	*display = (struct firmware_display){ 0 };
	text_add(&surveyed.reads, "w ");
	return 0;
}

bool firmware_display_is_lit(const struct sysfs *sysfs, const struct device *device)
{
	(void)sysfs, (void)device;
	return false;
}

int attached_find(const struct sysfs *sysfs, struct arena *arena, struct device *devices,
		  size_t count)
{
	assert_ptr_equal(sysfs, &surveyed.here);
	assert_non_null(arena);
	assert_non_null(devices);
	assert_int_equal(count, surveyed.truth.count);
	text_add(&surveyed.reads, "a ");
	return 0;
}

int pci_locate(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	(void)source, (void)arena;
	if (device->located)
		return 0;
	text_add(&surveyed.reads, "l%zu ", index);
	device->located = true;
	device->parent = known->parent;
	device->kernel_path = known->kernel_path;
	return 0;
}

int pci_describe(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	(void)source, (void)arena;
	if (device->described || device->gone)
		return 0;
	if (index == surveyed.fails_at)
		return -ENOMEM;
	text_add(&surveyed.reads, "d%zu ", index);
	device->described = true;
	device->header_type = known->header_type;
	return 0;
}

int pci_read(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	if (pci_locate(source, arena, device) || pci_identify(source, arena, device) ||
	    pci_describe(source, arena, device))
		return -ENOMEM;
	device->group = known->group;
	return 0;
}

int pci_find_group(struct pci_source *source, struct device *device)
{
	size_t index, other;
	int number = find_truth(device, &index)->group;
	struct device *all = device - index;

	(void)source;
	if (device->group >= 0 || surveyed.gone[index])
		return 0;
	text_add(&surveyed.reads, "g%zu ", index);
	if (surveyed.group_error)
		return surveyed.group_error;
	for (size_t i = 0; number >= 0 && i < surveyed.truth.count; i++)
		if (find_truth(&all[i], &other)->group == number)
			all[i].group = number;
	return 0;
}

enum iommu_state pci_iommu_state(const struct sysfs *sysfs)
{
	(void)sysfs;
	return surveyed.truth.iommu;
}

bool pci_groups_come_late(const struct sysfs *sysfs)
{
	(void)sysfs;
	return surveyed.truth.late_groups;
}

int module_find_variant(struct module_context *context, const char *modalias, char *driver,
			size_t size)
{
	(void)context, (void)size;
	surveyed.variants_asked++;
	if (!streq(modalias, "pci:4"))
		return -ENOENT;
	strcpy(driver, "mlx5_vfio_pci");
	return 0;
}

int surveyed_start(void **state)
{
	surveyed.run = machine_run();
	machine_survey(surveyed.run, &machine);
	surveyed.truth = surveyed.run->topology;
	memset(surveyed.gone, 0, sizeof(surveyed.gone));
	surveyed.reads.used = 0;
	surveyed.reads.bytes[0] = '\0';
	surveyed.variants_asked = 0;
	surveyed.failure = 0;
	surveyed.fails_at = SIZE_MAX;
	surveyed.here = (struct sysfs){ .root = "/sys", .fd = -1 };
	surveyed.release = "6.1.0-41-amd64";
	*state = machine_run();
	return 0;
}

int surveyed_end(void **state)
{
	machine_forget(*state);
	machine_forget(surveyed.run);
	return 0;
}
