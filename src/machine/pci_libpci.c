// SPDX-License-Identifier: GPL-2.0-or-later
#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>

#include "lib/text.h"
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
