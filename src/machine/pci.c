// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/pci.h"

#include <errno.h>
#include <fcntl.h>
#include <pci/pci.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "machine/modalias.h"
#include "machine/pci_source.h"

/* The longest driver name or override: a sysfs attribute may be a page. */
#define ATTRIBUTE_SIZE 4096

/* How many files of driver_override stay open: a process may usually have 1024. */
#define KEPT_MAX 256

/* Longer than any modalias, which has numbers of fixed width. */
#define MODALIAS_SIZE 128

int pci_open(const struct sysfs *sysfs, struct pci_source **result)
{
	struct pci_source *source = calloc(1, sizeof(*source));

	if (!source)
		return -ENOMEM;
	source->sysfs = sysfs;
	source->bus = (struct bus){ .domain = UINT32_MAX, .fd = -1 };
	*result = source;
	return 0;
}

void pci_close(struct pci_source *source)
{
	for (size_t i = 0; source->kept && i < source->count; i++) {
		struct device *device = &source->devices[i];

		if (device->override_file)
			close(device->override_file);
		source->kept -= device->override_file > 0;
		device->override_file = 0;
	}
	if (source->bus.fd >= 0)
		close(source->bus.fd);
	if (source->access)
		pci_cleanup(source->access);
	free(source);
}

/* The functions on the bus, each as a number by which addresses sort. */
struct scan {
	uint64_t *functions;
	size_t count, room;
	bool refused; /* memory ran out */
};

static uint64_t pack_address(const struct pci_address *address)
{
	return (uint64_t)address->domain << 16 | (uint64_t)address->bus << 8 |
	       (uint64_t)address->device << 3 | address->function;
}

static struct pci_address unpack_address(uint64_t number)
{
	return (struct pci_address){ .domain = (uint32_t)(number >> 16),
				     .bus = (uint8_t)(number >> 8),
				     .device = number >> 3 & 0x1f,
				     .function = number & 7 };
}

static int compare_functions(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static int note_function(void *context, const char *name)
{
	struct scan *scan = context;
	struct pci_address address;

	if (pci_address_parse(name, strlen(name), &address))
		return 0;
	if (scan->count == scan->room) {
		size_t room = scan->room ? 2 * scan->room : 64;
		uint64_t *functions = realloc(scan->functions, room * sizeof(*functions));

		scan->refused = !functions;
		if (!functions)
			return -ENOMEM;
		scan->functions = functions;
		scan->room = room;
	}
	scan->functions[scan->count++] = pack_address(&address);
	return 0;
}

/* Fills in the source's devices from a scan. Returns 0 or -ENOMEM. */
static int keep_functions(struct pci_source *source, struct arena *arena, struct scan *scan)
{
	source->devices = arena_allocate(arena, scan->count + 1, sizeof(*source->devices));
	if (!source->devices)
		return -ENOMEM;
	if (scan->count)
		qsort(scan->functions, scan->count, sizeof(*scan->functions), compare_functions);
	for (size_t i = 0; i < scan->count; i++)
		source->devices[i] = (struct device){
			.address = unpack_address(scan->functions[i]),
			.group = -1,
			.modalias = "",
		};
	source->count = scan->count;
	return 0;
}

/* Not through libpci, which reads each name with scanf() and keeps a copy of its own. */
int pci_scan(struct pci_source *source, struct arena *arena, struct device **devices, size_t *count)
{
	struct scan scan = { 0 };
	int error = sysfs_list(source->sysfs, "bus/pci/devices", note_function, &scan);

	if (error)
		error = scan.refused ? -ENOMEM : -EIO;
	else
		error = keep_functions(source, arena, &scan);
	free(scan.functions);
	*devices = source->devices;
	*count = source->count;
	return error;
}

/* Reads the ids from the one attribute that has them all. Returns whether it exists. */
static bool read_modalias(struct pci_source *source, struct arena *arena, struct device *device)
{
	char text[MODALIAS_SIZE];
	int length = pci_read_attribute(source, device, "/modalias", text, sizeof(text));
	const char *modalias;

	if (length <= 0 || !modalias_parse(text, &device->id, &device->class))
		return false;
	modalias = arena_copy(arena, text, (size_t)length);
	if (modalias)
		device->modalias = modalias;
	return modalias != NULL;
}

int pci_identify(struct pci_source *source, struct arena *arena, struct device *device)
{
	int error;

	if (device->identified || device->gone)
		return 0;
	device->identified = true;
	error = pci_locate(source, arena, device);
	if (error)
		return error;
	/* libpci asks for each id by itself. */
	if (!read_modalias(source, arena, device) && !pci_note_gone(source, device) &&
	    !pci_read_ids(source, device))
		device->gone = true;
	if (!device->gone && device->class >> 16 == PCI_CLASS_DISPLAY)
		device->boot_display |= pci_read_number(source, device, "/boot_vga") ||
					pci_read_number(source, device, "/boot_display");
	return 0;
}

/* Context of note_member(). */
struct group_listing {
	struct pci_source *source;
	int number;
};

static int note_member(void *context, const char *name)
{
	const struct group_listing *listing = context;
	struct pci_address address;
	struct device *member;

	if (pci_address_parse(name, strlen(name), &address) == 0) {
		member = pci_find_device(listing->source, &address);
		if (member)
			member->group = listing->number;
	}
	return 0;
}

static void read_group(struct pci_source *source, struct device *device)
{
	char path[SYSFS_PATH_SIZE], number[16];

	if (device->group >= 0)
		return;
	device_path(device, "/iommu_group", path);
	if (sysfs_read_link_name(source->sysfs, path, number, sizeof(number)) > 0 &&
	    number[0] >= '0' && number[0] <= '9')
		device->group = atoi(number);
}

int pci_find_group(struct pci_source *source, struct device *device)
{
	struct group_listing listing = { .source = source };
	char path[SYSFS_PATH_SIZE];

	if (device->group >= 0)
		return 0;
	read_group(source, device);
	if (device->group < 0)
		return 0;
	listing.number = device->group;
	snprintf(path, sizeof(path), "kernel/iommu_groups/%d/devices", listing.number);
	return sysfs_list(source->sysfs, path, note_member, &listing);
}

/* Stores text in the arena, but NULL for "(null)", the kernel's unset override. */
static int keep_override(struct arena *arena, const char *text, int length, const char **override)
{
	*override = NULL;
	if (length <= 0 || strcmp(text, "(null)") == 0)
		return 0;
	*override = arena_copy(arena, text, (size_t)length);
	return *override ? 0 : -ENOMEM;
}

/*
 * Reads the header type from configuration space, but only for devices of a bridge class:
 * reading it for each device takes longer than everything else. A bridge of another class
 * is refused by the driver, and its group given back. A device in D3cold reads as all
 * ones; its class then tells.
 */
static uint8_t read_header_type(struct pci_source *source, const struct device *device)
{
	char path[SYSFS_PATH_SIZE];
	struct sysfs place;
	int type;

	if (device->class >> 16 != PCI_CLASS_BRIDGE)
		return PCI_HEADER_TYPE_NORMAL;
	place = pci_place_of(source, device, "/config", path);
	type = sysfs_read_byte(&place, path, PCI_HEADER_TYPE);
	if (type >= 0 && (type & 0x7f) != 0x7f)
		return type & 0x7f;
	switch (device->class >> 8) {
	case PCI_CLASS_BRIDGE_PCI:
		return PCI_HEADER_TYPE_BRIDGE;
	case PCI_CLASS_BRIDGE_CARDBUS:
		return PCI_HEADER_TYPE_CARDBUS;
	default:
		return PCI_HEADER_TYPE_NORMAL;
	}
}

/* Keeps the attribute's file open: it is written next, if the device is taken. */
static int read_override(struct pci_source *source, struct device *device, char *text, size_t size)
{
	char path[SYSFS_PATH_SIZE];
	struct sysfs place;
	int length;

	if (!source->sysfs->keeps || source->kept == KEPT_MAX)
		return pci_read_attribute(source, device, "/driver_override", text, size);
	place = pci_place_of(source, device, "/driver_override", path);
	length = sysfs_read_and_keep(&place, path, text, size, &device->override_file);
	source->kept += device->override_file > 0;
	return length;
}

static int describe(struct pci_source *source, struct arena *arena, struct device *device)
{
	char path[SYSFS_PATH_SIZE], text[ATTRIBUTE_SIZE];
	struct sysfs place;
	int length = read_override(source, device, text, sizeof(text));

	if (length < 0 && pci_note_gone(source, device))
		return 0;
	device->described = true;
	if (keep_override(arena, text, length, &device->driver_override))
		return -ENOMEM;
	place = pci_place_of(source, device, "/driver", path);
	length = sysfs_read_link_name(&place, path, text, sizeof(text));
	if (length > 0) {
		/* No kernel has such a name, but a captured tree may. */
		text_make_printable(text);
		device->driver = arena_copy(arena, text, (size_t)length);
		if (!device->driver)
			return -ENOMEM;
	}
	/*
	 * Only a driver enables virtual functions (sriov_numvfs_store()). vfio-pci would
	 * refuse a device on which an earlier driver left some
	 * (drivers/vfio/pci/vfio_pci_core.c).
	 */
	if (device->driver &&
	    pci_read_attribute(source, device, "/sriov_numvfs", text, sizeof(text)) > 0) {
		device->has_sriov = true;
		device->virtual_functions = (unsigned int)strtoul(text, NULL, 10);
	}
	return 0;
}

int pci_describe(struct pci_source *source, struct arena *arena, struct device *device)
{
	int error;

	if (device->described || device->gone)
		return 0;
	error = describe(source, arena, device);
	if (device->described)
		device->header_type = read_header_type(source, device);
	return error;
}

int pci_read(struct pci_source *source, struct arena *arena, struct device *device)
{
	int error = pci_identify(source, arena, device);

	read_group(source, device);
	return error ? error : pci_describe(source, arena, device);
}
