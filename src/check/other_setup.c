// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/other_setup.h"

#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "machine/address.h"

#define DRIVERCTL_DIRECTORY "/etc/driverctl.d"

void other_open(struct other_lines *lines, const struct root *root)
{
	*lines = (struct other_lines){ .root = root };
	lines->end = &lines->first;
}

struct other_line *other_add(struct other_lines *lines, const struct other_line *line)
{
	struct other_line *copy = arena_allocate(lines->root->arena, 1, sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *line;
	if (!copy->list)
		copy->list = "";
	if (!copy->last)
		copy->last = copy->first;
	copy->next = NULL;
	*lines->end = copy;
	lines->end = &copy->next;
	return copy;
}

void other_add_unclear(struct other_lines *lines, const char *file, unsigned int number,
		       const char *why)
{
	other_add(lines, &(struct other_line){ .kind = OTHER_UNCLEAR,
					       .file = file,
					       .first = number,
					       .text = "",
					       .why = why });
}

bool other_is_vfio(const char *module)
{
	return strncmp(module, "vfio", 4) == 0;
}

bool other_is_native(const char *module)
{
	static const char *const natives[] = {
		"nouveau",
		"nvidia",
		"nvidia_drm",
		"nvidia_modeset",
		"nvidia_uvm",
		"nvidiafb",
		"amdgpu",
		"radeon",
		"i915",
		"xe",
		"rivafb",
		"rivatv",
		"nv",
		"snd_hda_intel",
		"snd_hda_codec_hdmi",
		"xhci_hcd",
		"xhci_pci",
		"i2c_nvidia_gpu",
		"ucsi_ccg",
		"nvidia_gpu",
	};

	for (size_t i = 0; i < ARRAY_SIZE(natives); i++)
		if (text_same_name(module, natives[i]))
			return true;
	return false;
}

/* Files "pci-0000:01:00.0" hold a driver's name, which a service binds after boot. */
void other_find_driverctl(struct other_lines *lines)
{
	const struct root *root = lines->root;

	for (const char *const *name = root_list(root, DRIVERCTL_DIRECTORY); *name; name++) {
		const char *address = *name + strlen("pci-"), *file;
		struct pci_address parsed;
		char *driver;

		if (strncmp(*name, "pci-", strlen("pci-")) != 0 ||
		    pci_address_parse(address, strlen(address), &parsed))
			continue;
		file = root_print(root, DRIVERCTL_DIRECTORY "/%s", *name);
		driver = root_read(root, file);
		if (!driver)
			continue;
		driver[strcspn(driver, " \t\r\n")] = '\0';
		other_add(lines, &(struct other_line){
					 .kind = OTHER_DRIVERCTL,
					 .file = file,
					 .text = root_print(root, "driverctl set-override %s %.64s",
							    address, driver),
					 .module = driver,
					 .value = address,
					 .list = address,
				 });
	}
}
