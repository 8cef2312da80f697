// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_search.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "input.h"
#include "selector.h"
#include "text.h"

/* So much of a sentence about a gap is kept. */
#define GAP_SIZE 256

char *search_read_file(struct host_search *search, const char *path)
{
	char *text;
	int error = input_read(search->arena, path, &text);

	if (error == -ENOMEM)
		search->error = error;
	return error ? NULL : text;
}

char *search_read_proc(struct host_search *search, const char *name)
{
	return search_read_file(search, search_print(search, "%s/%s", search->proc, name));
}

const char *search_print(struct host_search *search, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length >= 0)
		text = arena_allocate(search->arena, (size_t)length + 1, 1);
	if (!text) {
		search->error = -ENOMEM;
		return "";
	}
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

void search_make_printable(char *text)
{
	text_make_printable(text);
}

void search_note_gap(struct host_search *search, const char *format, ...)
{
	struct host_gap *gap = arena_allocate(search->arena, 1, sizeof(*gap));
	char text[GAP_SIZE];
	va_list arguments;

	if (!gap) {
		search->error = -ENOMEM;
		return;
	}
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	search_make_printable(text);
	gap->text = search_print(search, "%s: %s", search->use, text);
	*search->last_gap = gap;
	search->last_gap = &gap->next;
}

bool search_enter(struct host_search *search, const char *what)
{
	struct host_visit *visit = search->visits;

	while (visit && !streq(visit->what, what))
		visit = visit->next;
	if (visit)
		return false;
	visit = arena_allocate(search->arena, 1, sizeof(*visit));
	if (!visit) {
		search->error = -ENOMEM;
		return false;
	}
	visit->what = search_print(search, "%s", what);
	visit->next = search->visits;
	search->visits = visit;
	return true;
}

/* Adds a word to a list of words with ", " between, unless it is in it. */
static const char *add_word(struct host_search *search, const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *rest = list; (rest = strstr(rest, word)); rest += length)
		if ((rest == list || rest[-1] == ' ') &&
		    (rest[length] == ',' || rest[length] == '\0'))
			return list;
	return search_print(search, "%s%s%s", list, *list ? ", " : "", word);
}

static void add_device(struct host_search *search, const char *selector, const char *part)
{
	struct host_device *device = search->devices;

	while (device && !streq(device->selector, selector))
		device = device->next;
	if (!device) {
		device = arena_allocate(search->arena, 1, sizeof(*device));
		if (!device) {
			search->error = -ENOMEM;
			return;
		}
		*device = (struct host_device){ .selector = selector, .uses = "", .parts = "" };
		*search->last_device = device;
		search->last_device = &device->next;
	}
	device->uses = add_word(search, device->uses, search->use);
	device->parts = add_word(search, device->parts, part);
}

/* Reads a hexadecimal attribute ("0x144d") of the first length bytes of a path; -1 without one. */
static long read_number(const struct host_search *search, const char *path, size_t length,
			const char *attribute)
{
	char name[SYSFS_PATH_SIZE + 32], text[16];

	snprintf(name, sizeof(name), "%.*s/%s", (int)length, path, attribute);
	if (sysfs_read(&search->sysfs, name, text, sizeof(text)) <= 0)
		return -1;
	return strtol(text, NULL, 16);
}

/* Reads an id of 16 bits; -1 for anything else. */
static long read_id(const struct host_search *search, const char *path, size_t length,
		    const char *attribute)
{
	long id = read_number(search, path, length, attribute);

	return id <= UINT16_MAX ? id : -1;
}

static const char *identity(struct host_search *search, const char *path, size_t length)
{
	long vendor = read_id(search, path, length, "vendor");
	long device = read_id(search, path, length, "device");
	long subsystem_vendor = read_id(search, path, length, "subsystem_vendor");
	long subsystem_device = read_id(search, path, length, "subsystem_device");

	if (vendor < 0 || device < 0)
		return "";
	if (subsystem_vendor < 0 || subsystem_device < 0)
		return search_print(search, "@%04lx:%04lx", vendor, device);
	return search_print(search, "@%04lx:%04lx:%04lx:%04lx", vendor, device, subsystem_vendor,
			    subsystem_device);
}

/* The first step of a path, its domain left out where it is 0. */
static const char *first_step(struct host_search *search, const struct pci_address *address)
{
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(address, text);
	return search_print(search, "%s", address->domain ? text : text + sizeof("0000:") - 1);
}

bool search_add_path(struct host_search *search, const char *path, const char *part)
{
	const char *place = NULL; /* the path form of the function above, if the bus is its own */
	unsigned int hops = 0;
	bool found = false;

	for (const char *name = path; *name;) {
		size_t length = strcspn(name, "/"), end = (size_t)(name - path) + length;
		struct pci_address address;

		if (pci_address_parse(name, length, &address)) {
			place = NULL;
		} else {
			/* Behind too many bridges for a selector, its own address has to do. */
			hops = place ? hops + 1 : 0;
			place = place && hops <= SELECTOR_HOPS_MAX
					? search_print(search, "%s/%02x.%x", place, address.device,
						       address.function)
					: first_step(search, &address);
			if (read_number(search, path, end, "class") >> 16 != PCI_CLASS_BRIDGE) {
				add_device(search,
					   search_print(search, "%s%s", place,
							identity(search, path, end)),
					   part);
				found = true;
			}
		}
		name += length + (name[length] == '/');
	}
	return found;
}

size_t search_find_function(const char *path)
{
	struct pci_address address;
	size_t found = 0;

	for (const char *name = path; *name;) {
		size_t length = strcspn(name, "/");

		if (pci_address_parse(name, length, &address) == 0)
			found = (size_t)(name - path) + length;
		name += length + (name[length] == '/');
	}
	return found;
}

const char *search_read_link(struct host_search *search, const char *link)
{
	char target[SYSFS_PATH_SIZE];
	const char *path = target;

	if (sysfs_read_link(&search->sysfs, link, target, sizeof(target)) <= 0)
		return NULL;
	while (strncmp(path, "../", 3) == 0)
		path += 3;
	return search_print(search, "%s", path);
}
