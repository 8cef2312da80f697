// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/json_device.h"

#include "lib/hex.h"

void json_device_address(struct json *json, const char *key, const struct device *device)
{
	char text[PCI_ADDRESS_SIZE];

	json_string(json, key, device ? pci_address_format(&device->address, text) : NULL);
}

static void put_hexadecimal(struct json *json, const char *key, uint32_t value, size_t digits)
{
	char text[9];

	*hex_format(value, digits, text) = '\0';
	json_string(json, key, text);
}

void json_device_identity(struct json *json, const struct device *device)
{
	json_device_address(json, "address", device);
	json_string(json, "path", device->kernel_path);
	put_hexadecimal(json, "vendor", device->id.vendor, 4);
	put_hexadecimal(json, "device", device->id.device, 4);
	put_hexadecimal(json, "subsystem_vendor", device->id.subsystem_vendor, 4);
	put_hexadecimal(json, "subsystem_device", device->id.subsystem_device, 4);
	put_hexadecimal(json, "class", device->class, 6);
	json_boolean(json, "boot_display", device->boot_display);
}

void json_origin(struct json *json, const struct origin *origin)
{
	json_string(json, "source", origin->source ? origin->source : "default");
	if (origin->line)
		json_integer(json, "line", origin->line);
	if (origin->column)
		json_integer(json, "column", origin->column);
}

void json_problems(const struct settings *settings, struct json *json)
{
	json_open_array(json, "problems");
	for (const struct problem *problem = settings->problems; problem; problem = problem->next) {
		json_open_inline(json, NULL);
		json_origin(json, &problem->origin);
		json_string(json, "text", problem->text);
		json_boolean(json, "stops", problem->stops);
		if (problem->meant)
			json_string(json, "meant", problem->meant);
		json_close_object(json);
	}
	json_close_array(json);
}
