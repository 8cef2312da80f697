// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/firmware_display.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/textfile.h"
#include "lib/util.h"
#include "machine/framebuffer.h"

/* Offsets in struct screen_info, with which struct boot_params begins. */
#define SCREEN_TYPE	    0x0f /* orig_video_isVGA */
#define SCREEN_BASE	    0x18 /* lfb_base */
#define SCREEN_CAPABILITIES 0x36
#define SCREEN_BASE_HIGH    0x3a /* ext_lfb_base */
#define SCREEN_SIZE	    0x40

#define TYPE_VESA	  0x23 /* VIDEO_TYPE_VLFB */
#define TYPE_EFI	  0x70 /* VIDEO_TYPE_EFI */
#define CAPABILITY_64_BIT 0x02 /* VIDEO_CAPABILITY_64BIT_BASE */

/* All of struct boot_params, and a byte more because sysfs_read() wants room. */
#define BOOT_PARAMETERS_SIZE 4097

/* Looks for the platform device that the kernel creates for the framebuffer. */
static void find_platform_device(struct firmware_display *display, const struct sysfs *sysfs)
{
	static const char names[][21] = { "simple-framebuffer.0", "efi-framebuffer.0",
					  "vesa-framebuffer.0" };
	char path[SYSFS_PATH_SIZE], target[SYSFS_PATH_SIZE];

	for (size_t i = 0; !display->held && i < ARRAY_SIZE(names); i++) {
		char *end, *parent;

		snprintf(path, sizeof(path), "bus/platform/devices/%s", names[i]);
		if (sysfs_read_link(sysfs, path, target, sizeof(target)) <= 0)
			continue;
		display->found = true;
		end = strrchr(target, '/');
		if (!end)
			continue;
		*end = '\0';
		parent = strrchr(target, '/');
		parent = parent ? parent + 1 : target;
		display->held =
			pci_address_parse(parent, (size_t)(end - parent), &display->holder) == 0;
	}
}

static uint64_t little_endian(const char *bytes, size_t size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | (unsigned char)bytes[size];
	return value;
}

/*
 * Returns the framebuffer's address from the boot loader; 0 for none. *none says that there is
 * none: the kernel makes a framebuffer of these two modes only (drivers/firmware/sysfb.c,
 * sysfb_init()).
 */
static uint64_t read_base(const struct sysfs *sysfs, bool *none)
{
	char data[BOOT_PARAMETERS_SIZE];
	uint64_t base;

	*none = false;
	if (sysfs_read(sysfs, "kernel/boot_params/data", data, sizeof(data)) < SCREEN_SIZE)
		return 0;
	*none = data[SCREEN_TYPE] != TYPE_VESA && data[SCREEN_TYPE] != TYPE_EFI;
	if (*none)
		return 0;
	base = little_endian(data + SCREEN_BASE, 4);
	if (data[SCREEN_CAPABILITIES] & CAPABILITY_64_BIT)
		base |= little_endian(data + SCREEN_BASE_HIGH, 4) << 32;
	return base;
}

/* Returns whether the range at the start of a line, "c0000000-cfffffff : ", holds the address. */
static bool range_has(const char *line, uint64_t address)
{
	char *end;
	uint64_t first = strtoull(line, &end, 16), last;

	if (*end != '-')
		return false;
	last = strtoull(end + 1, NULL, 16);
	return address && first <= address && address <= last;
}

void firmware_display_search(struct firmware_display *display, const char *iomem, uint64_t base)
{
	struct pci_address function;
	bool inside = false;
	size_t outer = 0;

	display->found |= base != 0;
	while (*iomem) {
		size_t length = strcspn(iomem, "\n"), depth = strspn(iomem, " ");
		const char *owner = memmem(iomem, length, " : ", strlen(" : "));
		size_t owner_length;
		bool is_framebuffer;

		owner = owner ? owner + strlen(" : ") : iomem + length;
		owner_length = (size_t)(iomem + length - owner);
		is_framebuffer = framebuffer_is_owner(owner, owner_length);
		display->found |= is_framebuffer;
		/* A resource inside another is indented below it. */
		inside = inside && depth > outer;
		if (pci_address_parse(owner, owner_length, &function) == 0) {
			inside = true;
			outer = depth;
			display->holder = function;
			display->held = range_has(iomem + depth, base);
		} else if (inside && is_framebuffer) {
			display->held = true;
		}
		if (display->held)
			return;
		iomem += length + (iomem[length] == '\n');
	}
}

int firmware_display_find(struct firmware_display *display, const struct sysfs *sysfs,
			  struct arena *arena, const char *iomem)
{
	uint64_t base;
	char *text;
	bool none;
	int error;

	*display = (struct firmware_display){ 0 };
	find_platform_device(display, sysfs);
	if (display->held || !iomem)
		return 0;
	base = read_base(sysfs, &none);
	/* The list of all memory is long. */
	if (none && !display->found)
		return 0;
	display->found |= base != 0;
	error = textfile_read(arena, iomem, &text);
	if (error)
		return error == -ENOMEM ? error : 0;
	firmware_display_search(display, text, base);
	return 0;
}

/* A directory below a display, searched for something lit. */
struct look {
	const struct sysfs *sysfs;
	const char *directory;
	const char *card; /* name of the card; its connectors' names begin with it. NULL for the drm
			     directory */
};

static bool reads(const struct sysfs *sysfs, const char *path, const char *expected)
{
	char text[16];

	return sysfs_read(sysfs, path, text, sizeof(text)) > 0 && streq(text, expected);
}

/* Returns 1 for an enabled connector, 0 for others. */
static int visit_connector(void *context, const char *name)
{
	const struct look *look = context;
	char path[2 * SYSFS_PATH_SIZE];

	if (strncmp(name, look->card, strlen(look->card)) != 0)
		return 0;
	snprintf(path, sizeof(path), "%s/%s/enabled", look->directory, name);
	return reads(look->sysfs, path, "enabled");
}

/* Returns 1 for a card that shows a picture, 0 for others. */
static int visit_card(void *context, const char *name)
{
	const struct look *look = context;
	char path[2 * SYSFS_PATH_SIZE];
	struct look below = { .sysfs = look->sysfs, .directory = path, .card = name };

	if (strncmp(name, "card", strlen("card")) != 0)
		return 0;
	snprintf(path, sizeof(path), "%s/%s/boot_display", look->directory, name);
	if (reads(look->sysfs, path, "1"))
		return 1;
	snprintf(path, sizeof(path), "%s/%s", look->directory, name);
	return sysfs_list(look->sysfs, path, visit_connector, &below) > 0;
}

static int visit_graphics(void *context, const char *name)
{
	(void)context;
	return strncmp(name, "fb", strlen("fb")) == 0;
}

bool firmware_display_is_lit(const struct sysfs *sysfs, const struct device *device)
{
	char path[SYSFS_PATH_SIZE];
	struct look look = { .sysfs = sysfs, .directory = device_path(device, "/drm", path) };
	int lit;

	/* Both directories are its driver's. */
	if (device->described && !device->driver)
		return false;
	lit = sysfs_list(sysfs, path, visit_card, &look);
	/* A DRM driver registers a framebuffer even without a screen, so its connectors decide. */
	if (lit >= 0)
		return lit > 0;
	device_path(device, "/graphics", path);
	return sysfs_list(sysfs, path, visit_graphics, NULL) > 0;
}
