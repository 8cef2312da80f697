// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/pci.h"

#include <errno.h>
#include <fcntl.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "machine/modalias.h"

/* The longest driver name or override: a sysfs attribute may be a page. */
#define ATTRIBUTE_SIZE 4096

/* How many files of driver_override stay open: a process may usually have 1024. */
#define KEPT_MAX 256

/* Longer than any modalias, which has numbers of fixed width. */
#define MODALIAS_SIZE 128

/* How often a bus's directory is used by its whole path before it is opened. */
#define BUS_USES 4

/* The directory of sysfs that has a bus's devices. */
struct bus {
	uint32_t domain;
	uint8_t number;
	unsigned int uses;
	int fd; /* -1 while it is not open */
};

struct pci_source {
	const struct sysfs *sysfs;
	struct pci_access *access;
	char path[SYSFS_PATH_SIZE];
	const char *ids;	/* the name list that libpci uses now */
	struct device *devices; /* of the scan; the arena owns them */
	size_t count;
	unsigned int kept; /* files of driver_override that are open */
	struct bus bus;	   /* of the device that was read last */
};

/*
 * libpci reports a vanished device by a callback that must not return and gets no
 * context. The way back is in a variable that each use sets. Code between setjmp() and
 * longjmp() must own nothing.
 */
static jmp_buf libpci_failure;

static void on_libpci_error(char *message, ...) __attribute__((noreturn));

static void on_libpci_error(char *message, ...)
{
	(void)message;
	longjmp(libpci_failure, 1);
}

static void on_libpci_warning(char *message, ...)
{
	(void)message;
}

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

/* Opens libpci, which a boot seldom needs. Returns false when that fails. */
static bool open_libpci(struct pci_source *source)
{
	struct pci_access *access;

	if (source->access)
		return true;
	access = pci_alloc();
	if (!access)
		return false;
	snprintf(source->path, sizeof(source->path), "%s/bus/pci", source->sysfs->root);
	access->method = PCI_ACCESS_SYS_BUS_PCI;
	access->error = on_libpci_error;
	access->warning = on_libpci_warning;
	access->debug = on_libpci_warning;
	pci_set_param(access, "sysfs.path", source->path);
	source->access = access;
	if (setjmp(libpci_failure)) {
		pci_cleanup(source->access);
		source->access = NULL;
		return false;
	}
	pci_init(access);
	return true;
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

static int compare_device(const void *address, const void *device)
{
	return pci_address_compare(address, &((const struct device *)device)->address);
}

static struct device *find_device(const struct pci_source *source,
				  const struct pci_address *address)
{
	return bsearch(address, source->devices, source->count, sizeof(*source->devices),
		       compare_device);
}

/* Fills in the source's devices from a scan. Returns 0 or -ENOMEM. */
static int keep_functions(struct pci_source *source, struct arena *arena, struct scan *scan)
{
	source->devices = arena_allocate(arena, scan->count + 1, sizeof(*source->devices));
	if (!source->devices)
		return -ENOMEM;
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

/* Returns libpci's device, for pci_free_dev(); NULL when there is none. */
static struct pci_dev *function_of(struct pci_source *source, const struct device *device)
{
	const struct pci_address *address = &device->address;

	if (!open_libpci(source) || setjmp(libpci_failure))
		return NULL;
	return pci_get_dev(source->access, (int)address->domain, address->bus, address->device,
			   address->function);
}

/* Reads a device's ids through libpci. Returns false if it has vanished. */
static bool fill_ids(struct pci_dev *pci, struct device *device)
{
	if (setjmp(libpci_failure))
		return false;
	pci_fill_info(pci, PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_CLASS_EXT | PCI_FILL_SUBSYS);
	device->id = (struct pci_id){ .vendor = pci->vendor_id,
				      .device = pci->device_id,
				      .subsystem_vendor = pci->subsys_vendor_id,
				      .subsystem_device = pci->subsys_id };
	device->class = (uint32_t)pci->device_class << 8 | pci->prog_if;
	return true;
}

static bool read_ids(struct pci_source *source, struct device *device)
{
	struct pci_dev *pci = function_of(source, device);
	bool filled = pci && fill_ids(pci, device);

	if (pci)
		pci_free_dev(pci);
	return filled;
}

/*
 * Returns the open directory of a device's bus, or -1. Devices of one bus have one parent
 * directory (directory_beside()).
 */
static int find_bus(struct pci_source *source, const struct device *device)
{
	struct bus *bus = &source->bus;
	char path[SYSFS_PATH_SIZE];

	if (!source->sysfs->is_kernels || !device->directory)
		return -1;
	if (bus->domain != device->address.domain || bus->number != device->address.bus) {
		if (bus->fd >= 0)
			close(bus->fd);
		*bus = (struct bus){ .domain = device->address.domain,
				     .number = device->address.bus,
				     .fd = -1 };
	}
	if (++bus->uses == BUS_USES) {
		device_path(device, "/..", path);
		bus->fd = openat(source->sysfs->fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return bus->fd;
}

/*
 * Writes the path of a device's attribute and returns the directory that it is relative to: the
 * kernel looks up each part of a path at each call, and the directories of many devices are the
 * same.
 */
static struct sysfs place_of(struct pci_source *source, const struct device *device,
			     const char *attribute, char path[static SYSFS_PATH_SIZE])
{
	struct sysfs place = *source->sysfs;
	int bus = find_bus(source, device);

	if (bus < 0) {
		device_path(device, attribute, path);
		return place;
	}
	place.fd = bus;
	pci_address_format(&device->address, path);
	text_append(path + strlen(path), path + SYSFS_PATH_SIZE - 1, attribute);
	return place;
}

/* Reads an attribute of a device: "/modalias". Returns as sysfs_read() does. */
static int read_attribute(struct pci_source *source, const struct device *device,
			  const char *attribute, char *text, size_t size)
{
	char path[SYSFS_PATH_SIZE];
	const struct sysfs place = place_of(source, device, attribute, path);

	return sysfs_read(&place, path, text, size);
}

/* Returns a small number held by an attribute of a device; 0 when it is missing. */
static unsigned int read_number(struct pci_source *source, const struct device *device,
				const char *attribute)
{
	char text[16];

	if (read_attribute(source, device, attribute, text, sizeof(text)) <= 0)
		return 0;
	return (unsigned int)strtoul(text, NULL, 10);
}

/* Marks a device as gone if it has no directory any more. Returns whether it is gone. */
static bool note_gone(const struct pci_source *source, struct device *device)
{
	char path[SYSFS_PATH_SIZE];

	device->gone = !sysfs_exists(source->sysfs, device_path(device, "", path));
	return device->gone;
}

/* Returns where the name that ends at end begins in a path. */
static const char *name_before(const char *path, const char *end)
{
	while (end > path && end[-1] != '/')
		end--;
	return end;
}

/* Returns the function whose name in a path ends at end; NULL if that is no function. */
static struct device *function_before(const struct pci_source *source, const char *path,
				      const char *end)
{
	const char *name = name_before(path, end);
	struct pci_address address;

	if (pci_address_parse(name, (size_t)(end - name), &address))
		return NULL;
	return find_device(source, &address);
}

/*
 * Finds the bridge above a function from its directory in sysfs, and the VMD of its
 * domain: ".../0000:00:0e.0/pci10000:e0/10000:e0:17.0" (drivers/pci/controller/vmd.c,
 * vmd_enable_domain(), makes the root bus a child of the VMD).
 */
static void find_above(const struct pci_source *source, const struct device *device,
		       struct device **parent, const struct device **vmd)
{
	const char *own = device->directory ? strrchr(device->directory, '/') : NULL, *bus;

	*parent = own ? function_before(source, device->directory, own) : NULL;
	*vmd = NULL;
	if (!own || *parent)
		return;
	bus = name_before(device->directory, own);
	if (bus > device->directory && strncmp(bus, "pci", strlen("pci")) == 0)
		*vmd = function_before(source, device->directory, bus - 1);
}

/*
 * Returns the directory of the device before it if that is on the same bus and located.
 * Both have the bus's bridge as parent (drivers/pci/probe.c, pci_setup_device(); for
 * virtual functions drivers/pci/iov.c, pci_iov_add_virtfn()).
 */
static const char *directory_beside(const struct pci_source *source, const struct device *device)
{
	const struct device *before = device - 1;

	if (device == source->devices || before->address.domain != device->address.domain ||
	    before->address.bus != device->address.bus || !before->directory ||
	    !strrchr(before->directory, '/'))
		return NULL;
	return before->directory;
}

/*
 * Reads a device's directory in sysfs, "devices/pci0000:00/0000:00:01.0/0000:01:00.0".
 * Following the bus's link to it on every access would cost the kernel more than the
 * whole path.
 */
static int read_directory(const struct pci_source *source, struct arena *arena,
			  struct device *device)
{
	char path[SYSFS_PATH_SIZE], target[SYSFS_PATH_SIZE], *own;
	const char *directory = target, *beside = directory_beside(source, device);

	if (beside) {
		size_t bus = (size_t)(strrchr(beside, '/') + 1 - beside);

		own = arena_allocate(arena, bus + PCI_ADDRESS_SIZE, 1);
		if (!own)
			return -ENOMEM;
		memcpy(own, beside, bus);
		pci_address_format(&device->address, own + bus);
		device->directory = own;
		return 0;
	}
	device_path(device, "", path);
	if (sysfs_read_link(source->sysfs, path, target, sizeof(target)) <= 0)
		return 0;
	while (strncmp(directory, "../", 3) == 0)
		directory += 3;
	device->directory = arena_copy(arena, directory, strlen(directory));
	return device->directory ? 0 : -ENOMEM;
}

/* Returns the path form of a function, "0000:00:01.0/00.0"; NULL when the arena is full. */
static const char *print_kernel_path(struct arena *arena, const struct pci_address *address,
				     const struct device *parent)
{
	const char *above = parent && parent->kernel_path ? parent->kernel_path : "";
	char text[PCI_ADDRESS_SIZE], *path, *last;
	const char *own = pci_address_format(address, text);
	size_t size = strlen(above) + sizeof("/") + PCI_ADDRESS_SIZE;

	path = arena_allocate(arena, size, 1);
	if (!path)
		return NULL;
	last = path + size - 1;
	if (*above) {
		own = strrchr(own, ':') + 1;
		text_append(text_append(text_append(path, last, above), last, "/"), last, own);
	} else {
		text_append(path, last, own);
	}
	return path;
}

int pci_locate(struct pci_source *source, struct arena *arena, struct device *device)
{
	struct device *parent;
	int error;

	if (device->located)
		return 0;
	/* Set before the parent is located, so that no tree, however odd, loops. */
	device->located = true;
	error = read_directory(source, arena, device);
	if (error)
		return error;
	find_above(source, device, &parent, &device->vmd);
	device->parent = parent;
	error = parent ? pci_locate(source, arena, parent) : 0;
	if (error)
		return error;
	if (parent)
		device->vmd = parent->vmd;
	device->kernel_path = print_kernel_path(arena, &device->address, parent);
	return device->kernel_path ? 0 : -ENOMEM;
}

/* Reads the ids from the one attribute that has them all. Returns whether it exists. */
static bool read_modalias(struct pci_source *source, struct arena *arena, struct device *device)
{
	char text[MODALIAS_SIZE];
	int length = read_attribute(source, device, "/modalias", text, sizeof(text));
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
	if (!read_modalias(source, arena, device) && !note_gone(source, device) &&
	    !read_ids(source, device))
		device->gone = true;
	if (!device->gone && device->class >> 16 == PCI_CLASS_DISPLAY)
		device->boot_display |= read_number(source, device, "/boot_vga") ||
					read_number(source, device, "/boot_display");
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
		member = find_device(listing->source, &address);
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
	place = place_of(source, device, "/config", path);
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
		return read_attribute(source, device, "/driver_override", text, size);
	place = place_of(source, device, "/driver_override", path);
	length = sysfs_read_and_keep(&place, path, text, size, &device->override_file);
	source->kept += device->override_file > 0;
	return length;
}

static int describe(struct pci_source *source, struct arena *arena, struct device *device)
{
	char path[SYSFS_PATH_SIZE], text[ATTRIBUTE_SIZE];
	struct sysfs place;
	int length = read_override(source, device, text, sizeof(text));

	if (length < 0 && note_gone(source, device))
		return 0;
	device->described = true;
	if (keep_override(arena, text, length, &device->driver_override))
		return -ENOMEM;
	place = place_of(source, device, "/driver", path);
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
	    read_attribute(source, device, "/sriov_numvfs", text, sizeof(text)) > 0) {
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

/* Looks up a name, with flags and numbers as for pci_lookup_name(). */
static const char *look_up(struct pci_source *source, const char *ids, char *buffer, size_t size,
			   int flags, int first, int second)
{
	const char *name;

	if (!open_libpci(source))
		return NULL;
	if (source->ids != ids) {
		pci_set_name_list_path(source->access, (char *)ids, 0);
		source->ids = ids;
	}
	if (setjmp(libpci_failure))
		return NULL;
	name = pci_lookup_name(source->access, buffer, (int)size, flags | PCI_LOOKUP_NO_NUMBERS,
			       first, second);
	/* The list may come from anybody. */
	if (name == buffer)
		text_make_printable(buffer);
	return name;
}

const char *pci_device_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size)
{
	return look_up(source, ids, buffer, size, PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE, id->vendor,
		       id->device);
}

const char *pci_class_name(struct pci_source *source, const char *ids, uint32_t class, char *buffer,
			   size_t size)
{
	return look_up(source, ids, buffer, size, PCI_LOOKUP_CLASS, (int)(class >> 8), 0);
}
