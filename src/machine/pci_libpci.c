// SPDX-License-Identifier: GPL-2.0-or-later
#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "machine/pci_source.h"

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

bool pci_read_ids(struct pci_source *source, struct device *device)
{
	struct pci_dev *pci = function_of(source, device);
	bool filled = pci && fill_ids(pci, device);

	if (pci)
		pci_free_dev(pci);
	return filled;
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

const char *pci_vendor_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size)
{
	return look_up(source, ids, buffer, size, PCI_LOOKUP_VENDOR, id->vendor, 0);
}

const char *pci_model_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			   char *buffer, size_t size)
{
	return look_up(source, ids, buffer, size, PCI_LOOKUP_DEVICE, id->vendor, id->device);
}

const char *pci_device_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size)
{
	const char *name = look_up(source, ids, buffer, size, PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE,
				   id->vendor, id->device);
	size_t used;

	if (name)
		return name;
	name = pci_vendor_name(source, ids, id, buffer, size);
	if (!name)
		return NULL;
	used = strlen(name);
	snprintf(buffer + used, size - used, " Device %04x", id->device);
	return buffer;
}

/* The words of pci.ids for classes (without the programming interface) and for base classes. */
static const struct class_name {
	uint32_t class;
	const char *name;
} classes[] = {
	{ 0x0100, "SCSI storage controller" },
	{ 0x0101, "IDE interface" },
	{ 0x0104, "RAID bus controller" },
	{ 0x0106, "SATA controller" },
	{ 0x0107, "Serial Attached SCSI controller" },
	{ 0x0108, "Non-Volatile memory controller" },
	{ 0x0180, "Mass storage controller" },
	{ 0x0200, "Ethernet controller" },
	{ 0x0207, "Infiniband controller" },
	{ 0x0280, "Network controller" },
	{ 0x0300, "VGA compatible controller" },
	{ 0x0302, "3D controller" },
	{ 0x0380, "Display controller" },
	{ 0x0400, "Multimedia video controller" },
	{ 0x0401, "Multimedia audio controller" },
	{ 0x0403, "Audio device" },
	{ 0x0480, "Multimedia controller" },
	{ 0x0500, "RAM memory" },
	{ 0x0580, "Memory controller" },
	{ 0x0600, "Host bridge" },
	{ 0x0601, "ISA bridge" },
	{ 0x0604, "PCI bridge" },
	{ 0x0680, "Bridge" },
	{ 0x0700, "Serial controller" },
	{ 0x0780, "Communication controller" },
	{ 0x0805, "SD Host controller" },
	{ 0x0806, "IOMMU" },
	{ 0x0880, "System peripheral" },
	{ 0x0b40, "Co-processor" },
	{ 0x0c00, "FireWire (IEEE 1394)" },
	{ 0x0c03, "USB controller" },
	{ 0x0c04, "Fibre Channel" },
	{ 0x0c05, "SMBus" },
	{ 0x0c06, "InfiniBand" },
	{ 0x0c07, "IPMI Interface" },
	{ 0x0c80, "Serial bus controller" },
	{ 0x0d80, "Wireless controller" },
	{ 0x1080, "Encryption controller" },
	{ 0x1101, "Performance counters" },
	{ 0x1180, "Signal processing controller" },
	{ 0x1200, "Processing accelerators" },
	{ 0x1300, "Non-Essential Instrumentation" },
}, base_classes[] = {
	{ 0x00, "Unclassified device" },
	{ 0x01, "Mass storage controller" },
	{ 0x02, "Network controller" },
	{ 0x03, "Display controller" },
	{ 0x04, "Multimedia controller" },
	{ 0x05, "Memory controller" },
	{ 0x06, "Bridge" },
	{ 0x07, "Communication controller" },
	{ 0x08, "Generic system peripheral" },
	{ 0x09, "Input device controller" },
	{ 0x0a, "Docking station" },
	{ 0x0b, "Processor" },
	{ 0x0c, "Serial bus controller" },
	{ 0x0d, "Wireless controller" },
	{ 0x0e, "Intelligent controller" },
	{ 0x0f, "Satellite communications controller" },
	{ 0x10, "Encryption controller" },
	{ 0x11, "Signal processing controller" },
	{ 0x12, "Processing accelerators" },
	{ 0x13, "Non-Essential Instrumentation" },
	{ 0xff, "Unassigned class" },
};

static const char *find_class(const struct class_name *names, size_t count, uint32_t class)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].class == class)
			return names[i].name;
	return NULL;
}

const char *pci_class_name(struct pci_source *source, const char *ids, uint32_t class, char *buffer,
			   size_t size)
{
	/* Of a class whose base alone is known, libpci writes "Unassigned class [ff00]". */
	const char *name = find_class(classes, ARRAY_SIZE(classes), class >> 8);

	if (!name && ids &&
	    look_up(source, ids, buffer, size, PCI_LOOKUP_CLASS, (int)(class >> 8), 0) &&
	    !strchr(buffer, '['))
		return buffer;
	if (!name)
		name = find_class(base_classes, ARRAY_SIZE(base_classes), class >> 16);
	if (name)
		snprintf(buffer, size, "%s", name);
	else
		snprintf(buffer, size, "class %06x", class);
	return buffer;
}

const char *pci_class_short_name(struct pci_source *source, const char *ids, uint32_t class,
				 char *buffer, size_t size)
{
	static const struct class_name shorter[] = {
		{ 0x0107, "SAS controller" },
		{ 0x0108, "NVMe controller" },
		{ 0x0300, "VGA controller" },
	};
	const char *name = find_class(shorter, ARRAY_SIZE(shorter), class >> 8);

	if (!name)
		return pci_class_name(source, ids, class, buffer, size);
	snprintf(buffer, size, "%s", name);
	return buffer;
}
