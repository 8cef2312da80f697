// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/framebuffer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/textfile.h"
#include "lib/util.h"

#define PLATFORM_DEVICES "bus/platform/devices"

/* Returns the name after the addresses on a line of /proc/iomem; NULL for none. */
static const char *owner_of(const char *line, size_t length)
{
	static const char separator[] = " : ";
	const char *found = memmem(line, length, separator, sizeof(separator) - 1);

	return found ? found + sizeof(separator) - 1 : NULL;
}

bool framebuffer_is_owner(const char *name, size_t length)
{
	static const char names[][19] = { "BOOTFB",	     "efifb",	  "vesafb",
					  "simplefb",	     "simpledrm", "simple-framebuffer",
					  "efidrm",	     "vesadrm",	  "efi-framebuffer",
					  "vesa-framebuffer" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return true;
	return false;
}

static bool is_address(const char *text, size_t length, const struct pci_address *address)
{
	struct pci_address found;

	return pci_address_parse(text, length, &found) == 0 &&
	       pci_address_compare(&found, address) == 0;
}

bool framebuffer_lies_in(const char *iomem, const struct pci_address *address)
{
	bool inside = false;
	size_t outer = 0;

	while (*iomem) {
		size_t length = strcspn(iomem, "\n"), depth = strspn(iomem, " ");
		const char *owner = owner_of(iomem, length);
		size_t owner_length = owner ? length - (size_t)(owner - iomem) : 0;

		/* A resource inside another is indented below it. */
		inside = inside && depth > outer;
		if (inside && framebuffer_is_owner(owner, owner_length))
			return true;
		if (!inside && owner && is_address(owner, owner_length, address)) {
			inside = true;
			outer = depth;
		}
		iomem += length + (iomem[length] == '\n');
	}
	return false;
}

struct framebuffer_search {
	const struct sysfs *sysfs;
	struct arena *arena;
	struct device *device;
};

/* Takes the first one that has a driver: the firmware leaves at most one. */
static int look_at(void *context, const char *name)
{
	static const char kinds[][21] = { "efi-framebuffer.", "vesa-framebuffer.",
					  "simple-framebuffer." };
	const struct framebuffer_search *search = context;
	struct device *device = search->device;
	char path[SYSFS_PATH_SIZE], driver[256];

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strncmp(name, kinds[i], strlen(kinds[i])) != 0)
			continue;
		snprintf(path, sizeof(path), PLATFORM_DEVICES "/%s/driver", name);
		if (sysfs_read_link_name(search->sysfs, path, driver, sizeof(driver)) <= 0)
			continue;
		device->framebuffer = arena_copy(search->arena, name, strlen(name));
		device->framebuffer_driver = arena_copy(search->arena, driver, strlen(driver));
		return device->framebuffer && device->framebuffer_driver ? 1 : -ENOMEM;
	}
	return 0;
}

int framebuffer_find(const struct sysfs *sysfs, struct arena *arena, const char *iomem,
		     struct device *device)
{
	struct framebuffer_search search = { sysfs, arena, device };
	char *text;
	int error = textfile_read(arena, iomem, &text);

	if (error)
		return error == -ENOMEM ? error : 0;
	if (!framebuffer_lies_in(text, &device->address))
		return 0;
	error = sysfs_list(sysfs, PLATFORM_DEVICES, look_at, &search);
	return error == -ENOMEM ? error : 0;
}
