// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/firmware_display.h"
#include "machine/framebuffer.h"
#include "plan/survey_parts.h"

/* Returns whether the function may hold the framebuffer: a display, or one with a vague class. */
static bool may_draw(const struct device *device)
{
	switch (device->class >> 16) {
	case PCI_CLASS_DISPLAY:
	case PCI_CLASS_OLD:
	case PCI_CLASS_ACCELERATOR:
	case PCI_CLASS_UNKNOWN:
		return true;
	default:
		return device->class >> 8 == PCI_CLASS_VIDEO;
	}
}

static bool has_boot_display(const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++)
		if (survey->devices[i].boot_display)
			return true;
	return false;
}

/* The only display that shows a picture is the boot display, if nothing else tells. */
static void take_only_lit(struct survey *survey, bool framebuffer)
{
	struct device *only = NULL;
	size_t lit = 0;

	for (size_t i = 0; i < survey->count; i++) {
		struct device *device = &survey->devices[i];

		if (device->class >> 16 != PCI_CLASS_DISPLAY)
			continue;
		survey->boot_display_unknown |= framebuffer || device->class >> 8 == PCI_CLASS_VGA;
		if (firmware_display_is_lit(survey->sysfs, device)) {
			only = device;
			lit++;
		}
	}
	if (lit != 1)
		return;
	only->boot_display = true;
	survey->boot_display_unknown = false;
}

int survey_find_boot_display(struct survey *survey, bool asked)
{
	struct firmware_display firmware;
	bool search = asked, lit = asked;
	int error;

	for (size_t i = 0; !search && i < survey->count; i++)
		search = survey->devices[i].described && may_draw(&survey->devices[i]);
	if (!search)
		return 0;
	error = firmware_display_find(&firmware, survey->sysfs, survey->arena,
				      survey_is_this_machine(survey) ? IOMEM_PATH : NULL);
	for (size_t i = 0; !error && firmware.held && i < survey->count; i++)
		if (pci_address_compare(&survey->devices[i].address, &firmware.holder) == 0)
			survey->devices[i].boot_display = true;
	if (error || has_boot_display(survey))
		return error;
	for (size_t i = 0; !lit && i < survey->count; i++)
		lit = survey->devices[i].described && may_draw(&survey->devices[i]) &&
		      firmware_display_is_lit(survey->sysfs, &survey->devices[i]);
	error = lit ? survey_for_all(survey, pci_identify) : 0;
	if (!error && lit && !has_boot_display(survey))
		take_only_lit(survey, firmware.found);
	return error;
}

int survey_read_card(const struct survey *survey)
{
	int error = 0;

	for (size_t i = 0; !error && i < survey->count; i++) {
		const struct device *display = &survey->devices[i];

		if (!display->boot_display || !display->described)
			continue;
		for (size_t j = 0; !error && j < survey->count; j++)
			if (pci_address_same_slot(&survey->devices[j].address, &display->address))
				error = pci_identify(survey->source, survey->arena,
						     &survey->devices[j]);
	}
	return error;
}
