// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_model_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "unit.h"

int __wrap_deadline_call(const struct deadline *deadline, int (*function)(void *argument),
			 void *argument);

void __wrap_log_line(enum log_level level, const char *format, ...) PRINTF_FORMAT(2, 3);

struct kernel kernel;

struct kernel_device *kernel_find_device(const char *text, size_t length)
{
	struct pci_address address;

	if (pci_address_parse(text, length, &address))
		fail_msg("no address: '%.*s'", (int)length, text);
	for (size_t i = 0; i < kernel.device_count; i++)
		if (pci_address_compare(&kernel.devices[i].address, &address) == 0)
			return &kernel.devices[i];
	fail_msg("no such device: '%.*s'", (int)length, text);
	return NULL;
}

struct kernel_driver *kernel_find_driver(const char *name, size_t length)
{
	for (size_t i = 0; i < kernel.driver_count; i++)
		if (strlen(kernel.drivers[i].name) == length &&
		    memcmp(kernel.drivers[i].name, name, length) == 0)
			return &kernel.drivers[i];
	return NULL;
}

/* Returns the driver that a module registers; NULL for none. */
static struct kernel_driver *find_driver_of(const char *module)
{
	for (size_t i = 0; i < kernel.driver_count; i++)
		if (kernel.drivers[i].module && streq(kernel.drivers[i].module, module))
			return &kernel.drivers[i];
	return kernel_find_driver(module, strlen(module));
}

struct kernel_device *kernel_device(const char *address)
{
	return kernel_find_device(address, strlen(address));
}

struct kernel_driver *kernel_driver(const char *name)
{
	struct kernel_driver *driver = kernel_find_driver(name, strlen(name));

	if (!driver)
		fail_msg("no such driver: %s", name);
	return driver;
}

static struct kernel_driver *add_driver(const char *name)
{
	struct kernel_driver *driver = kernel_find_driver(name, strlen(name));

	if (driver)
		return driver;
	assert_true(kernel.driver_count < KERNEL_DRIVERS);
	driver = &kernel.drivers[kernel.driver_count++];
	driver->name = name;
	return driver;
}

void kernel_register(const char *name)
{
	add_driver(name)->registered = true;
}

void kernel_boot(const struct machine *machine)
{
	memset(&kernel, 0, sizeof(kernel));
	add_driver("vfio-pci")->any_device = true;
	add_driver("mlx5_vfio_pci")->any_device = true;
	add_driver("xe-vfio-pci")->any_device = true;
	kernel_driver("xe-vfio-pci")->module = "xe_vfio_pci";
	assert_true(machine->count <= KERNEL_DEVICES);
	for (size_t i = 0; i < machine->count; i++) {
		const struct function *function = &machine->functions[i];
		struct kernel_device *device = &kernel.devices[kernel.device_count++];

		assert_int_equal(pci_address_parse(function->address, strlen(function->address),
						   &device->address),
				 0);
		device->vendor = function->vendor;
		device->device = function->device;
		device->class = function->class;
		device->group = function->group;
		device->late_group = -1;
		device->framebuffer = function->framebuffer;
		device->framebuffer_bound = function->framebuffer != NULL;
		device->driver = device->driver_before = function->driver;
		if (function->driver) {
			kernel_register(function->driver);
			if (!kernel_driver(function->driver)->any_device)
				device->native = function->driver;
		}
		strcpy(device->override, function->override ? function->override : "");
		strcpy(device->override_before, device->override);
	}
}

bool kernel_is_as_before(const struct kernel_device *device)
{
	bool driver = device->driver && device->driver_before
			      ? streq(device->driver, device->driver_before)
			      : device->driver == device->driver_before;

	return (driver || (device->free_before && !device->driver)) &&
	       device->framebuffer_bound == (device->framebuffer != NULL) &&
	       streq(device->override, device->override_before);
}

void kernel_step(void)
{
	if (++kernel.steps == kernel.cut_at && !kernel.cut_after)
		longjmp(kernel.cut, 1);
}

void kernel_step_done(size_t number)
{
	if (number == kernel.cut_at && kernel.cut_after)
		longjmp(kernel.cut, 1);
}

/* pci_match_device(): with an override, only that driver matches. */
static bool matches(const struct kernel_driver *driver, const struct kernel_device *device)
{
	if (device->override[0])
		return streq(device->override, driver->name);
	if (device->id_driver && streq(device->id_driver, driver->name))
		return true;
	return !driver->any_device && device->native && streq(device->native, driver->name);
}

/* Whatever changes which driver a device has waits for its lock. */
static void take_lock(const struct kernel_device *device)
{
	if (device->locked)
		fail_msg("waits for the lock of a device that does not come back");
}

static int probe(const struct kernel_driver *driver, struct kernel_device *device)
{
	bool native = device->native && streq(device->native, driver->name);

	take_lock(device);
	kernel_step();
	if (native ? device->native_refuses : device->probe_error != 0)
		return native ? -EIO : device->probe_error;
	/* aperture_remove_conflicting_pci_devices() takes the whole platform device away. */
	if (!native && device->removes_framebuffer) {
		device->framebuffer = NULL;
		device->framebuffer_bound = false;
	}
	device->driver = device->stolen && !native ? device->native : driver->name;
	kernel_step_done(kernel.steps);
	return 0;
}

/* reset_store(): a driver's device is not our business. */
int kernel_reset(struct kernel_device *device, const char *text)
{
	assert_string_equal(text, "1");
	if (!kernel.in_child)
		fail_msg("reset outside a child");
	if (device->driver)
		fail_msg("reset although %s has it", device->driver);
	take_lock(device);
	device->locked = kernel.hung = device->reset_hangs;
	return device->gone ? -ENOENT : device->reset_error;
}

int kernel_write_override(struct kernel_device *device, const char *text)
{
	size_t length = strcspn(text, "\n");

	take_lock(device);
	/* An empty write never reaches the store. */
	if (!text[0])
		return 0;
	assert_true(length < sizeof(device->override));
	memcpy(device->override, text, length);
	device->override[length] = '\0';
	return 0;
}

int kernel_bind(const struct kernel_driver *driver, struct kernel_device *device)
{
	int error;

	if (!driver || !driver->registered)
		return -ENOENT;
	if (device->gone)
		return -ENODEV;
	if (device->driver)
		return -EBUSY;
	if (!matches(driver, device))
		return -ENODEV;
	/* really_probe() configures DMA first, which gives the device its group. */
	if (device->late_group >= 0)
		device->group = device->late_group;
	error = probe(driver, device);
	return device->silent ? 0 : error;
}

int kernel_unbind(const struct kernel_driver *driver, struct kernel_device *device)
{
	bool native = device->native && driver && streq(device->native, driver->name);

	if (!driver || !driver->registered)
		return -ENOENT;
	if (device->gone || !device->driver || !streq(device->driver, driver->name))
		return -ENODEV;
	if (!kernel.in_child)
		fail_msg("unbound outside a child");
	if (native ? device->hangs : device->vfio_hangs) {
		kernel.hung = true;
		return 0;
	}
	device->driver = NULL;
	device->gone = device->vanishes;
	return 0;
}

int kernel_drivers_probe(struct kernel_device *device)
{
	if (device->gone)
		return -ENODEV;
	for (size_t i = 0; i < kernel.driver_count && !device->driver; i++)
		if (kernel.drivers[i].registered && matches(&kernel.drivers[i], device))
			probe(&kernel.drivers[i], device);
	return 0;
}

void __wrap_log_line(enum log_level level, const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (level < LOG_LEVEL_DEBUG && kernel.journal)
		text_add(kernel.journal, "say %s\n", line);
}

int __wrap_deadline_call(const struct deadline *deadline, int (*function)(void *argument),
			 void *argument)
{
	int result;

	/* The time of earlier steps does not count. */
	assert_int_not_equal(deadline_left(deadline), 0);
	kernel.child_milliseconds = deadline_left(deadline);
	kernel.in_child = true;
	result = function(argument);
	kernel.in_child = false;
	if (kernel.hung)
		result = -ETIMEDOUT;
	kernel.hung = false;
	return result;
}

/* Registering a driver offers it every device without a driver. */
static int load(void *context, const char *name)
{
	struct kernel_driver *driver;

	assert_ptr_equal(context, &kernel);
	kernel_step();
	if (kernel.journal)
		text_add(kernel.journal, "load %s\n", name);
	if (streq(name, "vfio_iommu_type1")) {
		kernel.type1_loaded = kernel.type1_result == 0;
		return kernel.type1_result;
	}
	driver = find_driver_of(name);
	if (!driver)
		return -ENOENT;
	driver->loads++;
	if (driver->registered || driver->load_result)
		return driver->load_result;
	driver->registered = true;
	for (size_t i = 0; i < kernel.device_count; i++)
		if (!kernel.devices[i].gone && !kernel.devices[i].driver &&
		    matches(driver, &kernel.devices[i]))
			probe(driver, &kernel.devices[i]);
	return 0;
}

struct execution kernel_execution(void)
{
	static const struct sysfs sysfs = { .root = "/sys", .keeps = true, .fd = -1 };
	static const struct module_loader loader = { .context = &kernel, .load = load };

	return (struct execution){ .sysfs = &sysfs, .loader = &loader, .deadline = { 0 } };
}
