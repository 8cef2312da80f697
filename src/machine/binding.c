// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/binding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "lib/util.h"

/* The least time for a step. The watcher ends the run if the steps together take too long. */
#define STEP_MILLISECONDS 250

void binding_driver_path(const char *driver, const char *file, char path[static SYSFS_PATH_SIZE])
{
	snprintf(path, SYSFS_PATH_SIZE, "bus/pci/drivers/%s%s", driver, file);
}

/*
 * Returns when a step that may block must end: at half of the time left, so that time
 * remains to undo it and for the other groups.
 */
static struct deadline step_deadline(const struct deadline *deadline)
{
	int half = deadline_left(deadline) / 2;

	return deadline_after(half > STEP_MILLISECONDS ? half : STEP_MILLISECONDS);
}

/* Logs a step that changes something, and its result, with debug=on. Returns result. */
static int log_step(const struct device *device, const char *step, const char *what, int result)
{
	char text[PCI_ADDRESS_SIZE];

	log_line(LOG_LEVEL_DEBUG, "%s: %s %s: %s", pci_address_format(&device->address, text), step,
		 what, result ? strerror(-result) : "done");
	return result;
}

int binding_read(const struct sysfs *sysfs, const struct device *device,
		 char driver[static BOUND_NAME_SIZE])
{
	char path[SYSFS_PATH_SIZE];
	int length;

	driver[0] = '\0';
	device_path(device, "/driver", path);
	length = sysfs_read_link_name(sysfs, path, driver, BOUND_NAME_SIZE);
	return length < 0 && length != -ENOENT ? length : 0;
}

int binding_override(const struct sysfs *sysfs, const struct device *device, const char *driver)
{
	/* A lone newline clears it; a write of no bytes would never reach the store. */
	const char *text = driver ? driver : "\n";
	char path[SYSFS_PATH_SIZE];
	int error;

	if (sysfs->keeps && device->override_file)
		error = sysfs_write_file(device->override_file, text);
	else
		error = sysfs_write(sysfs, device_path(device, "/driver_override", path), text);
	return log_step(device, "override", driver ? driver : "cleared", error);
}

int binding_bind(const struct sysfs *sysfs, const struct device *device, const char *driver)
{
	char path[SYSFS_PATH_SIZE], text[PCI_ADDRESS_SIZE];

	binding_driver_path(driver, "/bind", path);
	return log_step(device, "bind to", driver,
			sysfs_write(sysfs, path, pci_address_format(&device->address, text)));
}

struct unbinding {
	const struct sysfs *sysfs;
	const struct device *device;
	const char *driver;
};

static int unbind_in_child(void *argument)
{
	const struct unbinding *unbinding = argument;
	char path[SYSFS_PATH_SIZE], text[PCI_ADDRESS_SIZE];

	binding_driver_path(unbinding->driver, "/unbind", path);
	return sysfs_write(unbinding->sysfs, path,
			   pci_address_format(&unbinding->device->address, text));
}

int binding_unbind(const struct sysfs *sysfs, const struct deadline *deadline,
		   const struct device *device, const char *driver)
{
	struct unbinding unbinding = { sysfs, device, driver };
	struct deadline share = step_deadline(deadline);

	return log_step(device, "unbind from", driver,
			deadline_call(&share, unbind_in_child, &unbinding));
}

/* Nothing here blocks: the caller waited for the holder of the device's lock. */
static void give_back_late(void *argument, int result)
{
	const struct unbinding *unbinding = argument;
	const struct device *device = unbinding->device;
	const char *before = device->driver_override;

	(void)result;
	/* An earlier override may keep the device from its own driver, so it is restored last. */
	if (binding_override(unbinding->sysfs, device, device->driver ? NULL : before))
		return;
	if (device->driver || !before)
		binding_offer(unbinding->sysfs, device);
	if (device->driver && before)
		binding_override(unbinding->sysfs, device, before);
}

int binding_unbind_or_linger(const struct sysfs *sysfs, const struct deadline *deadline,
			     const struct device *device, const char *driver)
{
	struct unbinding unbinding = { sysfs, device, driver };
	struct deadline share = step_deadline(deadline);

	return log_step(device, "unbind from", driver,
			deadline_call_late(&share, unbind_in_child, give_back_late, &unbinding));
}

static int reset_in_child(void *argument)
{
	const struct unbinding *reset = argument;
	char path[SYSFS_PATH_SIZE];

	return sysfs_write(reset->sysfs, device_path(reset->device, "/reset", path), "1");
}

int binding_reset(const struct sysfs *sysfs, const struct deadline *deadline,
		  const struct device *device)
{
	struct unbinding reset = { sysfs, device, NULL };
	struct deadline share = step_deadline(deadline);

	return log_step(device, "reset", "the function",
			deadline_call(&share, reset_in_child, &reset));
}

static void framebuffer_path(const struct device *device, const char *file,
			     char path[static SYSFS_PATH_SIZE])
{
	snprintf(path, SYSFS_PATH_SIZE, "bus/platform/drivers/%s/%s", device->framebuffer_driver,
		 file);
}

/* Returns whether the platform device has a file; for "", whether it exists. */
static bool framebuffer_has(const struct sysfs *sysfs, const struct device *device,
			    const char *file)
{
	char path[SYSFS_PATH_SIZE];

	snprintf(path, sizeof(path), "bus/platform/devices/%s%s", device->framebuffer, file);
	return sysfs_exists(sysfs, path);
}

bool binding_has_framebuffer_driver(const struct sysfs *sysfs, const struct device *device)
{
	return framebuffer_has(sysfs, device, "/driver");
}

struct releasing {
	const struct sysfs *sysfs;
	const struct device *device;
};

static int release_in_child(void *argument)
{
	const struct releasing *releasing = argument;
	char path[SYSFS_PATH_SIZE];

	framebuffer_path(releasing->device, "unbind", path);
	return sysfs_write(releasing->sysfs, path, releasing->device->framebuffer);
}

int binding_evict_framebuffer(const struct sysfs *sysfs, const struct deadline *deadline,
			      const struct device *device)
{
	struct releasing releasing = { sysfs, device };
	struct deadline share = step_deadline(deadline);
	char text[PCI_ADDRESS_SIZE];

	log_line(LOG_LEVEL_WARNING,
		 "%s: the screen goes dark: the firmware framebuffer %s is released",
		 pci_address_format(&device->address, text), device->framebuffer);
	return log_step(device, "release", device->framebuffer,
			deadline_call(&share, release_in_child, &releasing));
}

int binding_restore_framebuffer(const struct sysfs *sysfs, const struct device *device)
{
	char path[SYSFS_PATH_SIZE];
	int error;

	framebuffer_path(device, "bind", path);
	error = log_step(device, "restore", device->framebuffer,
			 sysfs_write(sysfs, path, device->framebuffer));
	return error && framebuffer_has(sysfs, device, "") ? error : 0;
}

void binding_offer(const struct sysfs *sysfs, const struct device *device)
{
	char text[PCI_ADDRESS_SIZE];
	int error;

	if (device->driver && binding_bind(sysfs, device, device->driver) == 0)
		return;
	error = sysfs_write(sysfs, "bus/pci/drivers_probe",
			    pci_address_format(&device->address, text));
	log_step(device, "offer to", "every driver", error);
}

static int offer_in_child(void *argument)
{
	const struct unbinding *offer = argument;
	char text[PCI_ADDRESS_SIZE];

	return sysfs_write(offer->sysfs, "bus/pci/drivers_probe",
			   pci_address_format(&offer->device->address, text));
}

void binding_offer_to_all(const struct sysfs *sysfs, const struct deadline *deadline,
			  const struct device *device)
{
	struct unbinding offer = { sysfs, device, NULL };
	struct deadline share = step_deadline(deadline);

	log_step(device, "offer to", "every driver", deadline_call(&share, offer_in_child, &offer));
}

/* More ids than anyone writes for one device. */
#define IDS_MAX 16

int binding_remove_ids(const struct sysfs *sysfs, const struct device *device, const char *driver)
{
	/* PCI_ANY_ID matches every number. */
	static const unsigned int any = ~0U;
	const unsigned int ids[][2] = {
		{ device->id.vendor, device->id.device },
		{ device->id.vendor, any },
		{ any, device->id.device },
		{ any, any },
	};
	char path[SYSFS_PATH_SIZE], text[32];
	int error = 0;

	binding_driver_path(driver, "/remove_id", path);
	for (size_t i = 0; i < ARRAY_SIZE(ids) && (!error || error == -ENODEV); i++) {
		snprintf(text, sizeof(text), "%x %x", ids[i][0], ids[i][1]);
		/* Each write removes one id, until none is left. */
		error = 0;
		for (size_t j = 0; j < IDS_MAX && !error; j++)
			error = sysfs_write(sysfs, path, text);
	}
	if (error == -ENODEV)
		error = 0;
	return log_step(device, "drop ids of", driver, error);
}

bool binding_is_gone(const struct sysfs *sysfs, const struct device *device)
{
	char path[SYSFS_PATH_SIZE];

	device_path(device, "", path);
	return !sysfs_exists(sysfs, path);
}
