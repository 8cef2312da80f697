// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Selectors and whether they match. The first line is a selector, each other one a
 * device:
 *
 *   ADDRESS VENDOR:DEVICE:SUBVENDOR:SUBDEVICE CLASS FLAGS PARENT
 *
 * in hexadecimal digits. FLAGS is 1 for the boot display and 2 for a device that is gone.
 * PARENT is the number of the line, from 1, with the bridge above.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/util.h"
#include "settings/selector.h"

#define DEVICES_MAX 24

static size_t read_devices(char *text, struct device devices[DEVICES_MAX])
{
	size_t count = 0;
	char *line;

	while (count < DEVICES_MAX && (line = fuzz_line(&text))) {
		struct device *device = &devices[count];
		unsigned int bus, slot, function, id[4], class, flags, parent;

		if (sscanf(line, "%8x:%2x:%2x.%1x %4x:%4x:%4x:%4x %6x %x %x",
			   &device->address.domain, &bus, &slot, &function, &id[0], &id[1], &id[2],
			   &id[3], &class, &flags, &parent) != 11)
			continue;
		*device = (struct device){
			.address = { device->address.domain & INT32_MAX, (uint8_t)bus, slot & 0x1f,
				     function & 7 },
			.id = { (uint16_t)id[0], (uint16_t)id[1], (uint16_t)id[2],
				(uint16_t)id[3] },
			.class = class & 0xffffff,
			.boot_display = flags & 1,
			.gone = flags & 2,
			.parent = parent && parent <= count ? &devices[parent - 1] : NULL,
		};
		count++;
	}
	return count;
}

static char *add_id(char *end, const struct id_pattern *id)
{
	const int32_t parts[] = { id->vendor, id->device, id->subsystem_vendor,
				  id->subsystem_device };
	size_t count = parts[2] < 0 && parts[3] < 0 ? 2 : 4;

	for (size_t i = 0; i < count; i++)
		end += parts[i] < 0 ? sprintf(end, "%s*", i ? ":" : "")
				    : sprintf(end, "%s%04x", i ? ":" : "", (unsigned int)parts[i]);
	return end;
}

/* Writes a selector in the canonical form of all its spellings. */
static void write_selector(const struct selector *selector, char text[256])
{
	char *end = text;

	end += sprintf(end, "%s", selector->exclude ? "!" : "");
	switch (selector->kind) {
	case SELECTOR_FUNCTION:
	case SELECTOR_PATH:
		pci_address_format(&selector->address, end);
		end += strlen(end);
		for (unsigned int i = 0; i < selector->hop_count; i++)
			end += sprintf(end, "/%02x.%x", selector->hops[i].device,
				       selector->hops[i].function);
		break;
	case SELECTOR_SLOT:
		end += sprintf(end, "%04x:%02x:%02x", selector->address.domain,
			       selector->address.bus, selector->address.device);
		break;
	case SELECTOR_ID:
		end += sprintf(end, "pci:");
		end = add_id(end, &selector->id);
		break;
	case SELECTOR_CLASS:
		end += sprintf(end, "class:%06x", selector->class);
		if (!(selector->class_mask & 0xff))
			*(end -= 2) = '\0';
		if (!(selector->class_mask & 0xff00))
			*(end -= 2) = '\0';
		break;
	case SELECTOR_BOOT_VGA:
		end += sprintf(end, "boot_vga");
		break;
	}
	if (selector->has_identity) {
		*end++ = '@';
		add_id(end, &selector->identity);
	}
}

static void check_round_trip(const struct selector *selector)
{
	char text[256], again_text[256];
	struct selector again;
	struct selector_error error;

	write_selector(selector, text);
	FUZZ_CHECK(selector_parse(text, strlen(text), &again, &error) == 0);
	write_selector(&again, again_text);
	FUZZ_CHECK(streq(text, again_text));
	FUZZ_CHECK(again.kind == selector->kind && again.exclude == selector->exclude);
}

/*
 * Writes the path form of a device's place from so many steps above it; "" if it has
 * fewer, or a selector cannot have as many.
 */
static void write_path(const struct device *device, size_t above, char text[256])
{
	const struct device *steps[SELECTOR_HOPS_MAX + 1];
	char *end;

	text[0] = '\0';
	if (above > SELECTOR_HOPS_MAX)
		return;
	for (size_t i = 0; i <= above; i++, device = device->parent) {
		if (!device)
			return;
		steps[i] = device;
	}
	pci_address_format(&steps[above]->address, text);
	end = text + strlen(text);
	for (size_t i = above; i > 0; i--)
		end += sprintf(end, "/%02x.%x", steps[i - 1]->address.device,
			       steps[i - 1]->address.function);
}

/* Matches by comparing texts: slower, and independent of selector.c. */
static bool matches_by_text(const struct selector *selector, const struct device *device)
{
	char wanted[256], got[256], id[4][8], *part, *rest = wanted + strlen("pci:");
	struct selector plain = *selector;

	if (device->gone)
		return false;
	plain.exclude = plain.has_identity = false;
	write_selector(&plain, wanted);
	pci_address_format(&device->address, got);
	switch (selector->kind) {
	case SELECTOR_FUNCTION:
	case SELECTOR_PATH:
		write_path(device, selector->hop_count, got);
		return streq(wanted, got);
	case SELECTOR_SLOT:
		return strncmp(wanted, got, strlen(wanted)) == 0 && got[strlen(wanted)] == '.';
	case SELECTOR_CLASS:
		sprintf(got, "class:%06x", device->class);
		return strncmp(wanted, got, strlen(wanted)) == 0;
	case SELECTOR_BOOT_VGA:
		return device->boot_display;
	case SELECTOR_ID:
		break;
	}
	sprintf(id[0], "%04x", device->id.vendor);
	sprintf(id[1], "%04x", device->id.device);
	sprintf(id[2], "%04x", device->id.subsystem_vendor);
	sprintf(id[3], "%04x", device->id.subsystem_device);
	for (size_t i = 0; (part = strsep(&rest, ":")); i++)
		if (!streq(part, "*") && !streq(part, id[i]))
			return false;
	return true;
}

/* A selector for a device's own place or kind matches it. */
static void check_own(const struct device *device, const char *text)
{
	struct selector selector;
	struct selector_error error;

	if (!text[0])
		return;
	FUZZ_CHECK(selector_parse(text, strlen(text), &selector, &error) == 0);
	FUZZ_CHECK(selector_matches(&selector, device) == !device->gone);
	FUZZ_CHECK(selector_identity_holds(&selector, device));
}

static void check_device(const struct device *device)
{
	const struct pci_id *id = &device->id;
	char text[256];

	for (size_t above = 0; above <= SELECTOR_HOPS_MAX; above++) {
		write_path(device, above, text);
		check_own(device, text);
	}
	pci_address_format(&device->address, text);
	sprintf(text + strlen(text), "@%04x:%04x", id->vendor, id->device);
	check_own(device, text);
	sprintf(text, "%04x:%04x:%04x:%04x", id->vendor, id->device, id->subsystem_vendor,
		id->subsystem_device);
	check_own(device, text);
	sprintf(text, "class:%04x", device->class >> 8);
	check_own(device, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = memchr(data, '\n', size);
	size_t length = newline ? (size_t)(newline - data) : size;
	/* Exactly the bytes that the parser may read. */
	char *text = malloc(length ? length : 1);
	char *lines =
		fuzz_text(newline ? newline + 1 : data + size, newline ? size - length - 1 : 0);
	struct device devices[DEVICES_MAX] = { 0 };
	size_t count = read_devices(lines, devices);
	struct selector selector;
	struct selector_error error = { .reason = NULL };
	int result;

	memcpy(text, data, length);
	result = selector_parse(text, length, &selector, &error);
	FUZZ_CHECK(result == 0 || result == -EINVAL);
	if (result) {
		FUZZ_CHECK(error.reason && fuzz_is_printable(error.reason, 256));
		FUZZ_CHECK(error.offset <= length);
	} else {
		check_round_trip(&selector);
	}
	for (size_t i = 0; i < count; i++) {
		check_device(&devices[i]);
		if (!result)
			FUZZ_CHECK(selector_matches(&selector, &devices[i]) ==
				   matches_by_text(&selector, &devices[i]));
	}
	free(lines);
	free(text);
	return 0;
}
