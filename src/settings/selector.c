// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings/selector.h"

#include <errno.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/util.h"

static const char reason_unknown[] =
	"not a selector; write an address (01:00.0), a slot (01:00), a path (00:01.0/00.0), "
	"an id (10de:1f91), a class (class:0300) or boot_vga";
static const char reason_group[] = "looks like an IOMMU group number, which changes from boot to "
				   "boot; list a device of the group by its address";

/* The text still to be parsed, and its offset in the whole. */
struct cursor {
	const char *text;
	size_t length;
	size_t offset;
};

static int refuse(struct selector_error *error, size_t offset, const char *reason)
{
	*error = (struct selector_error){ .reason = reason, .offset = offset };
	return -EINVAL;
}

static bool starts_with(const struct cursor *cursor, const char *prefix)
{
	size_t length = strlen(prefix);

	return cursor->length >= length && memcmp(cursor->text, prefix, length) == 0;
}

static struct cursor cursor_skip(const struct cursor *cursor, size_t count)
{
	return (struct cursor){ .text = cursor->text + count,
				.length = cursor->length - count,
				.offset = cursor->offset + count };
}

static size_t cursor_find(const struct cursor *cursor, char c)
{
	const char *found = memchr(cursor->text, c, cursor->length);

	return found ? (size_t)(found - cursor->text) : cursor->length;
}

static bool all_digits(const struct cursor *cursor)
{
	for (size_t i = 0; i < cursor->length; i++)
		if (cursor->text[i] < '0' || cursor->text[i] > '9')
			return false;
	return cursor->length > 0;
}

static bool looks_like_group(const struct cursor *cursor)
{
	static const char prefixes[][13] = { "group:", "group=", "group",
					     "iommu_group:", "iommu_group" };

	if (all_digits(cursor))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (starts_with(cursor, prefixes[i])) {
			struct cursor rest = cursor_skip(cursor, strlen(prefixes[i]));

			if (all_digits(&rest))
				return true;
		}
	}
	return false;
}

/* Parses "dd.f". */
static int parse_step(const struct cursor *cursor, uint8_t *device, uint8_t *function,
		      struct selector_error *error)
{
	uint32_t value;

	if (cursor->length < 2 || !hex_parse(cursor->text, 2, &value))
		return refuse(error, cursor->offset, "a device number is two hexadecimal digits");
	if (value > 0x1f)
		return refuse(error, cursor->offset, "device numbers end at 1f");
	*device = (uint8_t)value;
	if (cursor->length != 4 || cursor->text[2] != '.' || cursor->text[3] < '0' ||
	    cursor->text[3] > '7')
		return refuse(error, cursor->offset + 2,
			      "a function is a dot and one digit from 0 to 7");
	*function = (uint8_t)(cursor->text[3] - '0');
	return 0;
}

/* Parses "[domain:]bus:" and moves past it. */
static int parse_bus(struct cursor *cursor, struct pci_address *address,
		     struct selector_error *error)
{
	size_t colon = cursor_find(cursor, ':');
	struct cursor rest = cursor_skip(cursor, colon < cursor->length ? colon + 1 : colon);
	uint32_t value;

	if (cursor_find(&rest, ':') < rest.length) {
		if (colon < 4 || colon > 8 || !hex_parse(cursor->text, colon, &value) ||
		    value > INT32_MAX)
			return refuse(error, cursor->offset,
				      "a domain is four to eight hexadecimal digits");
		address->domain = value;
		*cursor = rest;
		colon = cursor_find(cursor, ':');
	}
	if (colon != 2 || !hex_parse(cursor->text, 2, &value))
		return refuse(error, cursor->offset, "a bus number is two hexadecimal digits");
	address->bus = (uint8_t)value;
	*cursor = cursor_skip(cursor, colon + 1);
	return 0;
}

static int parse_path(struct cursor *cursor, struct selector *selector,
		      struct selector_error *error)
{
	size_t slash = cursor_find(cursor, '/');
	struct cursor step = { cursor->text, slash, cursor->offset };
	int result =
		parse_step(&step, &selector->address.device, &selector->address.function, error);

	selector->kind = SELECTOR_FUNCTION;
	while (!result && slash < cursor->length) {
		*cursor = cursor_skip(cursor, slash + 1);
		slash = cursor_find(cursor, '/');
		step = (struct cursor){ cursor->text, slash, cursor->offset };
		if (selector->hop_count == SELECTOR_HOPS_MAX)
			return refuse(error, step.offset, "a path has at most 16 steps");
		selector->kind = SELECTOR_PATH;
		result = parse_step(&step, &selector->hops[selector->hop_count].device,
				    &selector->hops[selector->hop_count].function, error);
		selector->hop_count++;
	}
	return result;
}

static int parse_place(struct cursor cursor, struct selector *selector,
		       struct selector_error *error)
{
	uint32_t device;
	int result = parse_bus(&cursor, &selector->address, error);

	if (result)
		return result;
	if (cursor.length == 2 || (cursor.length == 4 && memcmp(cursor.text + 2, ".*", 2) == 0)) {
		if (!hex_parse(cursor.text, 2, &device) || device > 0x1f)
			return refuse(error, cursor.offset,
				      "a device number is two hexadecimal digits up to 1f");
		selector->kind = SELECTOR_SLOT;
		selector->address.device = (uint8_t)device;
		return 0;
	}
	return parse_path(&cursor, selector, error);
}

/* Parses one id of four digits, or '*', and moves past it and a colon. */
static int parse_id_part(struct cursor *cursor, int32_t *part, struct selector_error *error)
{
	size_t end = cursor_find(cursor, ':');
	uint32_t value;

	if (end == 1 && cursor->text[0] == '*')
		*part = -1;
	else if (end == 4 && hex_parse(cursor->text, 4, &value))
		*part = (int32_t)value;
	else
		return refuse(error, cursor->offset, "an id is four hexadecimal digits or *");
	*cursor = cursor_skip(cursor, end < cursor->length ? end + 1 : end);
	return 0;
}

/* Parses "vendor:device", or "vendor:device:subvendor:subdevice". */
static int parse_id(struct cursor cursor, struct id_pattern *id, struct selector_error *error)
{
	int32_t *const parts[] = { &id->vendor, &id->device, &id->subsystem_vendor,
				   &id->subsystem_device };
	size_t start = cursor.offset, colons = 0;
	int result;

	*id = (struct id_pattern){ -1, -1, -1, -1 };
	for (size_t i = 0; i < cursor.length; i++)
		colons += cursor.text[i] == ':';
	if (colons != 1 && colons != 3)
		return refuse(error, start,
			      "an id is vendor:device or vendor:device:subvendor:subdevice");
	for (size_t i = 0; i <= colons; i++) {
		result = parse_id_part(&cursor, parts[i], error);
		if (result)
			return result;
	}
	if (id->vendor < 0)
		return refuse(error, start, "an id must name its vendor");
	return 0;
}

static int parse_class(struct cursor cursor, struct selector *selector,
		       struct selector_error *error)
{
	unsigned int shift = 24 - 4 * (unsigned int)cursor.length;
	uint32_t value;

	if ((cursor.length != 2 && cursor.length != 4 && cursor.length != 6) ||
	    !hex_parse(cursor.text, cursor.length, &value))
		return refuse(error, cursor.offset,
			      "a class is two hexadecimal digits (03), four (0300) or six");
	selector->kind = SELECTOR_CLASS;
	selector->class = value << shift;
	selector->class_mask = 0xffffff & ~((1U << shift) - 1);
	return 0;
}

/* Returns whether the text is an id, not a place: a single colon, after more than a bus number. */
static bool looks_like_id(const struct cursor *cursor)
{
	size_t colons = 0;

	for (size_t i = 0; i < cursor->length; i++) {
		if (cursor->text[i] == '.' || cursor->text[i] == '/')
			return false;
		colons += cursor->text[i] == ':';
	}
	return colons == 3 || (colons == 1 && cursor_find(cursor, ':') != 2);
}

static int parse_body(const struct cursor *cursor, struct selector *selector,
		      struct selector_error *error)
{
	if (looks_like_group(cursor))
		return refuse(error, cursor->offset, reason_group);
	if (cursor->length == strlen("boot_vga") && starts_with(cursor, "boot_vga")) {
		selector->kind = SELECTOR_BOOT_VGA;
		return 0;
	}
	if (starts_with(cursor, "class:"))
		return parse_class(cursor_skip(cursor, strlen("class:")), selector, error);
	if (starts_with(cursor, "pci:") || looks_like_id(cursor)) {
		size_t prefix = starts_with(cursor, "pci:") ? strlen("pci:") : 0;

		selector->kind = SELECTOR_ID;
		return parse_id(cursor_skip(cursor, prefix), &selector->id, error);
	}
	if (cursor_find(cursor, ':') == cursor->length)
		return refuse(error, cursor->offset, reason_unknown);
	return parse_place(*cursor, selector, error);
}

static bool names_one_function(const struct selector *selector)
{
	return selector->kind == SELECTOR_FUNCTION || selector->kind == SELECTOR_PATH ||
	       selector->kind == SELECTOR_BOOT_VGA;
}

int selector_parse(const char *text, size_t length, struct selector *selector,
		   struct selector_error *error)
{
	struct cursor body = { .text = text, .length = length };
	size_t at;
	int result;

	memset(selector, 0, sizeof(*selector));
	if (starts_with(&body, "!")) {
		selector->exclude = true;
		body = cursor_skip(&body, 1);
	}
	at = cursor_find(&body, '@');
	if (at < body.length) {
		struct cursor identity = cursor_skip(&body, at + 1);

		selector->has_identity = true;
		result = parse_id(identity, &selector->identity, error);
		if (result)
			return result;
		body.length = at;
	}
	if (body.length == 0)
		return refuse(error, body.offset, reason_unknown);
	result = parse_body(&body, selector, error);
	if (!result && selector->has_identity && !names_one_function(selector))
		return refuse(
			error, body.offset + at,
			"@ pins the id of one function: write its address or path before the @");
	return result;
}

static bool path_matches(const struct selector *selector, const struct device *device)
{
	for (unsigned int i = selector->hop_count; i > 0; i--) {
		if (!device || device->address.device != selector->hops[i - 1].device ||
		    device->address.function != selector->hops[i - 1].function)
			return false;
		device = device->parent;
	}
	return device && pci_address_compare(&selector->address, &device->address) == 0;
}

bool id_pattern_matches(const struct id_pattern *pattern, const struct pci_id *id)
{
	return (pattern->vendor < 0 || pattern->vendor == id->vendor) &&
	       (pattern->device < 0 || pattern->device == id->device) &&
	       (pattern->subsystem_vendor < 0 ||
		pattern->subsystem_vendor == id->subsystem_vendor) &&
	       (pattern->subsystem_device < 0 || pattern->subsystem_device == id->subsystem_device);
}

bool selector_matches(const struct selector *selector, const struct device *device)
{
	if (device->gone)
		return false;
	switch (selector->kind) {
	case SELECTOR_FUNCTION:
	case SELECTOR_PATH:
		return path_matches(selector, device);
	case SELECTOR_SLOT:
		return pci_address_same_slot(&selector->address, &device->address);
	case SELECTOR_ID:
		return id_pattern_matches(&selector->id, &device->id);
	case SELECTOR_CLASS:
		return (device->class & selector->class_mask) == selector->class;
	case SELECTOR_BOOT_VGA:
		return device->boot_display;
	}
	return false;
}

bool selector_identity_holds(const struct selector *selector, const struct device *device)
{
	return !selector->has_identity || id_pattern_matches(&selector->identity, &device->id);
}
