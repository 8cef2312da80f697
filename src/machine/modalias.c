// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/modalias.h"

#include <string.h>

#include "lib/hex.h"

/* Parses a name and its digits, as in "v000010DE", and moves *text past them. */
static bool parse_part(const char **text, const char *name, size_t digits, uint32_t *value)
{
	size_t length = strlen(name);

	if (strncmp(*text, name, length) != 0 || !hex_parse(*text + length, digits, value))
		return false;
	*text += length + digits;
	return true;
}

bool modalias_parse(const char *modalias, struct pci_id *id, uint32_t *class)
{
	uint32_t vendor, device, subsystem_vendor, subsystem_device, base, sub, interface;

	if (!parse_part(&modalias, "pci:v", 8, &vendor) ||
	    !parse_part(&modalias, "d", 8, &device) ||
	    !parse_part(&modalias, "sv", 8, &subsystem_vendor) ||
	    !parse_part(&modalias, "sd", 8, &subsystem_device) ||
	    !parse_part(&modalias, "bc", 2, &base) || !parse_part(&modalias, "sc", 2, &sub) ||
	    !parse_part(&modalias, "i", 2, &interface))
		return false;
	*id = (struct pci_id){ .vendor = (uint16_t)vendor,
			       .device = (uint16_t)device,
			       .subsystem_vendor = (uint16_t)subsystem_vendor,
			       .subsystem_device = (uint16_t)subsystem_device };
	*class = base << 16 | sub << 8 | interface;
	return true;
}
