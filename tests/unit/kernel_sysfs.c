// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of sysfs, in front of the model of the driver core. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_model_parts.h"
#include "unit.h"

int __wrap_sysfs_write(const struct sysfs *sysfs, const char *path, const char *text);
int __wrap_sysfs_write_file(int fd, const char *text);
int __wrap_sysfs_read(const struct sysfs *sysfs, const char *path, char *buffer, size_t size);
int __wrap_sysfs_read_link_name(const struct sysfs *sysfs, const char *path, char *buffer,
				size_t size);
bool __wrap_sysfs_exists(const struct sysfs *sysfs, const char *path);
int __wrap_sysfs_list(const struct sysfs *sysfs, const char *path,
		      int (*function)(void *context, const char *name), void *context);

#define DEVICES	     "bus/pci/devices/"
#define DRIVERS	     "bus/pci/drivers/"
#define GROUPS	     "kernel/iommu_groups/"
#define FRAMEBUFFERS "bus/platform/drivers/efi-framebuffer/"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static int store_framebuffer(const char *attribute, const char *name)
{
	bool bind = streq(attribute, "bind");

	assert_true(bind || streq(attribute, "unbind"));
	if (!bind && !kernel.in_child)
		fail_msg("released outside a child");
	for (size_t i = 0; i < kernel.device_count; i++) {
		struct kernel_device *device = &kernel.devices[i];

		if (!device->framebuffer || !streq(device->framebuffer, name) ||
		    device->framebuffer_bound == bind)
			continue;
		device->touched++;
		device->framebuffer_bound = bind;
		return 0;
	}
	return -ENODEV;
}

/* remove_id_store(): removes one id and unbinds nothing. */
static int remove_id(const struct kernel_driver *driver, const char *text)
{
	bool found = false;

	for (size_t i = 0; i < kernel.device_count; i++) {
		struct kernel_device *device = &kernel.devices[i];
		char id[16];

		snprintf(id, sizeof(id), "%x %x", device->vendor, device->device);
		if (!device->id_driver || !streq(device->id_driver, driver->name) ||
		    !streq(id, text))
			continue;
		if (device->keeps_id)
			return -EACCES;
		device->id_driver = NULL;
		found = true;
	}
	return found ? 0 : -ENODEV;
}

/* Returns which attribute a path below /sys is. */
static int store(const char *path, const char *text)
{
	const char *name = path + strlen(DRIVERS), *slash;
	struct kernel_device *device;

	if (starts_with(path, DEVICES)) {
		slash = strchr(path + strlen(DEVICES), '/');
		device = kernel_find_device(path + strlen(DEVICES),
					    (size_t)(slash - path) - strlen(DEVICES));
		device->touched++;
		if (streq(slash, "/reset"))
			return kernel_reset(device, text);
		assert_string_equal(slash, "/driver_override");
		return device->gone ? -ENOENT : kernel_write_override(device, text);
	}
	if (starts_with(path, FRAMEBUFFERS))
		return store_framebuffer(path + strlen(FRAMEBUFFERS), text);
	slash = strrchr(path, '/');
	if (streq(slash, "/remove_id"))
		return remove_id(kernel_find_driver(name, (size_t)(slash - name)), text);
	device = kernel_device(text);
	device->touched++;
	if (streq(path, "bus/pci/drivers_probe"))
		return kernel_drivers_probe(device);
	assert_true(starts_with(path, DRIVERS));
	slash = strchr(name, '/');
	assert_non_null(slash);
	if (streq(slash, "/bind"))
		return kernel_bind(kernel_find_driver(name, (size_t)(slash - name)), device);
	assert_string_equal(slash, "/unbind");
	return kernel_unbind(kernel_find_driver(name, (size_t)(slash - name)), device);
}

static bool write_fails(size_t number)
{
	return number == kernel.fail_at || (kernel.fail_also && number == kernel.fail_also) ||
	       (number > kernel.fail_at && number <= kernel.fail_until);
}

int __wrap_sysfs_write(const struct sysfs *sysfs, const char *path, const char *text)
{
	size_t number;
	int result;

	assert_non_null(sysfs);
	kernel_step();
	number = kernel.steps;
	if (write_fails(++kernel.writes)) {
		assert_true(strlen(path) < sizeof(kernel.failed_path));
		strcpy(kernel.failed_path, path);
		return -kernel.fail_error;
	}
	result = store(path, text);
	if (kernel.journal && !result)
		text_add(kernel.journal, "%s %s\n", path, streq(text, "\n") ? "-" : text);
	kernel_step_done(number);
	return result;
}

/* The file of the override of a device, numbered from 1 (machine_survey()). */
int __wrap_sysfs_write_file(int fd, const char *text)
{
	char path[SYSFS_PATH_SIZE], address[PCI_ADDRESS_SIZE];
	const struct kernel_device *device;

	assert_in_range(fd, 1, kernel.device_count);
	device = &kernel.devices[fd - 1];
	if (device->gone)
		return -ENODEV;
	snprintf(path, sizeof(path), DEVICES "%s/driver_override",
		 pci_address_format(&device->address, address));
	return __wrap_sysfs_write(kernel_execution().sysfs, path, text);
}

int __wrap_sysfs_read_link_name(const struct sysfs *sysfs, const char *path, char *buffer,
				size_t size)
{
	const char *slash = strchr(path + strlen(DEVICES), '/');
	const struct kernel_device *device;

	assert_non_null(sysfs);
	assert_true(starts_with(path, DEVICES) && slash && streq(slash, "/driver"));
	kernel_step();
	device = kernel_find_device(path + strlen(DEVICES),
				    (size_t)(slash - path) - strlen(DEVICES));
	if (device->gone || !device->driver)
		return -ENOENT;
	assert_true(strlen(device->driver) < size);
	strcpy(buffer, device->driver);
	return (int)strlen(buffer);
}

bool __wrap_sysfs_exists(const struct sysfs *sysfs, const char *path)
{
	const struct kernel_driver *driver;

	assert_non_null(sysfs);
	if (streq(path, "module/vfio_iommu_type1"))
		return kernel.type1_loaded;
	if (starts_with(path, DEVICES))
		return !kernel_find_device(path + strlen(DEVICES),
					   strcspn(path + strlen(DEVICES), "/"))
				->gone;
	if (starts_with(path, "bus/platform/devices/")) {
		for (size_t i = 0; i < kernel.device_count; i++)
			if (kernel.devices[i].framebuffer)
				return !strstr(path, "/driver") ||
				       kernel.devices[i].framebuffer_bound;
		return false;
	}
	assert_true(starts_with(path, DRIVERS));
	driver = kernel_find_driver(path + strlen(DRIVERS), strlen(path) - strlen(DRIVERS));
	return driver && driver->registered;
}

static int list_group(int group, int (*function)(void *context, const char *name), void *context)
{
	int result = 0;

	for (size_t i = 0; i < kernel.device_count && !result; i++) {
		char text[PCI_ADDRESS_SIZE];

		if (!kernel.devices[i].gone && kernel.devices[i].group == group)
			result = function(context,
					  pci_address_format(&kernel.devices[i].address, text));
	}
	return result;
}

int __wrap_sysfs_read(const struct sysfs *sysfs, const char *path, char *buffer, size_t size)
{
	const char *slash = strchr(path + strlen(DEVICES), '/');

	assert_non_null(sysfs);
	assert_true(starts_with(path, DEVICES) && slash && streq(slash, "/class"));
	return snprintf(
		buffer, size, "0x%06x",
		kernel_find_device(path + strlen(DEVICES), (size_t)(slash - path) - strlen(DEVICES))
			->class);
}

static int list_drivers(int (*function)(void *context, const char *name), void *context)
{
	int result = 0;

	for (size_t i = 0; i < kernel.driver_count && !result; i++)
		if (kernel.drivers[i].registered)
			result = function(context, kernel.drivers[i].name);
	return result;
}

/*
 * Lists a group, the bus's drivers, or a driver's directory: its devices, unsorted, and its own
 * attributes.
 */
int __wrap_sysfs_list(const struct sysfs *sysfs, const char *path,
		      int (*function)(void *context, const char *name), void *context)
{
	const struct kernel_driver *driver;
	int result;

	assert_non_null(sysfs);
	kernel_step();
	if (starts_with(path, GROUPS))
		return list_group(atoi(path + strlen(GROUPS)), function, context);
	if (streq(path, "bus/pci/drivers"))
		return list_drivers(function, context);
	assert_true(starts_with(path, DRIVERS));
	driver = kernel_find_driver(path + strlen(DRIVERS), strlen(path) - strlen(DRIVERS));
	if (kernel.lists_nothing || !driver || !driver->registered)
		return -ENOENT;
	result = function(context, "new_id");
	for (size_t i = kernel.device_count; i > 0 && !result; i--) {
		const struct kernel_device *device = &kernel.devices[i - 1];
		char text[PCI_ADDRESS_SIZE];

		if (!device->gone && device->driver && streq(device->driver, driver->name))
			result = function(context, pci_address_format(&device->address, text));
	}
	return result;
}
