// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/pci.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "machine/modalias.h"

/* The longest driver name or override: a sysfs attribute may be a page. */
#define ATTRIBUTE_SIZE 4096

/* Longer than any modalias, which has numbers of fixed width. */
#define MODALIAS_SIZE 128

struct pci_source {
	const struct sysfs *sysfs;
	struct pci_access *access;
	char path[SYSFS_PATH_SIZE];
	const char *ids;	    /* the name list that libpci uses now */
	struct pci_dev **functions; /* libpci's devices, in the scan's order */
	struct device *devices;	    /* of the scan; the arena owns them */
	size_t count;
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
	struct pci_access *access = source ? pci_alloc() : NULL;

	if (!access) {
		free(source);
		return -ENOMEM;
	}
	source->sysfs = sysfs;
	source->access = access;
	snprintf(source->path, sizeof(source->path), "%s/bus/pci", sysfs->root);
	access->method = PCI_ACCESS_SYS_BUS_PCI;
	access->error = on_libpci_error;
	access->warning = on_libpci_warning;
	access->debug = on_libpci_warning;
	pci_set_param(access, "sysfs.path", source->path);
	if (setjmp(libpci_failure)) {
		pci_close(source);
		return -EIO;
	}
	pci_init(access);
	*result = source;
	return 0;
}

void pci_close(struct pci_source *source)
{
	free(source->functions);
	pci_cleanup(source->access);
	free(source);
}

static struct pci_address address_of(const struct pci_dev *pci)
{
	return (struct pci_address){ .domain = (uint32_t)pci->domain,
				     .bus = pci->bus,
				     .device = pci->dev,
				     .function = pci->func };
}

static int compare_functions(const void *a, const void *b)
{
	const struct pci_address left = address_of(*(struct pci_dev *const *)a);
	const struct pci_address right = address_of(*(struct pci_dev *const *)b);

	return pci_address_compare(&left, &right);
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

static struct pci_dev *function_of(const struct pci_source *source, const struct device *device)
{
	return source->functions[device - source->devices];
}

/* Lists the bus. Returns the number of functions, or -EIO. */
static int list_bus(struct pci_access *access)
{
	int count = 0;

	if (setjmp(libpci_failure))
		return -EIO;
	pci_scan_bus(access);
	for (const struct pci_dev *pci = access->devices; pci; pci = pci->next)
		count++;
	return count;
}

int pci_scan(struct pci_source *source, struct arena *arena, struct device **devices, size_t *count)
{
	int found = list_bus(source->access);
	size_t used = 0;

	if (found < 0)
		return found;
	source->functions = calloc((size_t)found + 1, sizeof(*source->functions));
	source->devices = arena_allocate(arena, (size_t)found + 1, sizeof(*source->devices));
	if (!source->functions || !source->devices)
		return -ENOMEM;
	/* libpci accepts any number in a name, and a tree that no kernel made may have any. */
	for (struct pci_dev *pci = source->access->devices; pci; pci = pci->next)
		if (pci->dev <= 0x1f && pci->func <= 7)
			source->functions[used++] = pci;
	qsort(source->functions, used, sizeof(*source->functions), compare_functions);
	for (size_t i = 0; i < used; i++)
		source->devices[i] = (struct device){
			.address = address_of(source->functions[i]),
			.group = -1,
			.modalias = "",
		};
	source->count = used;
	*devices = source->devices;
	*count = used;
	return 0;
}

/* Reads a device's ids through libpci. Returns false if it has vanished. */
static bool read_ids(struct pci_dev *pci, struct device *device)
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

/* Reads an attribute of a device: "/modalias". Returns as sysfs_read() does. */
static int read_attribute(const struct pci_source *source, const struct device *device,
			  const char *attribute, char *text, size_t size)
{
	char path[SYSFS_PATH_SIZE];

	return sysfs_read(source->sysfs, device_path(device, attribute, path), text, size);
}

/* Returns a small number held by an attribute of a device; 0 when it is missing. */
static unsigned int read_number(const struct pci_source *source, const struct device *device,
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
	char path[SYSFS_PATH_SIZE], target[SYSFS_PATH_SIZE];
	const char *directory = target, *beside = directory_beside(source, device);

	if (beside) {
		device->directory =
			arena_print(arena, "%.*s/%s", (int)(strrchr(beside, '/') - beside), beside,
				    pci_address_format(&device->address, path));
		return device->directory ? 0 : -ENOMEM;
	}
	device_path(device, "", path);
	if (sysfs_read_link(source->sysfs, path, target, sizeof(target)) <= 0)
		return 0;
	while (strncmp(directory, "../", 3) == 0)
		directory += 3;
	device->directory = arena_copy(arena, directory, strlen(directory));
	return device->directory ? 0 : -ENOMEM;
}

int pci_locate(struct pci_source *source, struct arena *arena, struct device *device)
{
	struct device *parent;
	char text[PCI_ADDRESS_SIZE];
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
	if (parent && parent->kernel_path)
		device->kernel_path = arena_print(arena, "%s/%02x.%x", parent->kernel_path,
						  device->address.device, device->address.function);
	else
		device->kernel_path =
			arena_print(arena, "%s", pci_address_format(&device->address, text));
	return device->kernel_path ? 0 : -ENOMEM;
}

/* Reads the ids from the one attribute that has them all. Returns whether it exists. */
static bool read_modalias(const struct pci_source *source, struct arena *arena,
			  struct device *device)
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
	    !read_ids(function_of(source, device), device))
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
static uint8_t read_header_type(struct pci_dev *pci, const struct device *device)
{
	volatile uint8_t type = 0x7f;

	if (device->class >> 16 != PCI_CLASS_BRIDGE)
		return PCI_HEADER_TYPE_NORMAL;
	if (!setjmp(libpci_failure))
		type = pci_read_byte(pci, PCI_HEADER_TYPE) & 0x7f;
	if (type != 0x7f)
		return type;
	switch (device->class >> 8) {
	case PCI_CLASS_BRIDGE_PCI:
		return PCI_HEADER_TYPE_BRIDGE;
	case PCI_CLASS_BRIDGE_CARDBUS:
		return PCI_HEADER_TYPE_CARDBUS;
	default:
		return PCI_HEADER_TYPE_NORMAL;
	}
}

static int describe(const struct pci_source *source, struct arena *arena, struct device *device)
{
	char path[SYSFS_PATH_SIZE], text[ATTRIBUTE_SIZE];
	int length = read_attribute(source, device, "/driver_override", text, sizeof(text));

	if (length < 0 && note_gone(source, device))
		return 0;
	device->described = true;
	if (keep_override(arena, text, length, &device->driver_override))
		return -ENOMEM;
	length = sysfs_read_link_name(source->sysfs, device_path(device, "/driver", path), text,
				      sizeof(text));
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
		device->header_type = read_header_type(function_of(source, device), device);
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
