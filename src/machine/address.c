// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/address.h"

#include "lib/hex.h"

#include <errno.h>

char *pci_address_format(const struct pci_address *address, char buffer[static PCI_ADDRESS_SIZE])
{
	size_t domain_digits = 4;
	char *end;

	while (domain_digits < 8 && address->domain >> (4 * domain_digits))
		domain_digits++;
	end = hex_format(address->domain, domain_digits, buffer);
	*end++ = ':';
	end = hex_format(address->bus, 2, end);
	*end++ = ':';
	end = hex_format(address->device, 2, end);
	*end++ = '.';
	end = hex_format(address->function, 1, end);
	*end = '\0';
	return buffer;
}

int pci_address_parse(const char *text, size_t length, struct pci_address *address)
{
	static const size_t tail = sizeof(":bb:dd.f") - 1;
	uint32_t domain, bus, device, function;
	const char *rest;

	if (length < 4 + tail || length > 8 + tail)
		return -EINVAL;
	rest = text + length - tail;
	if (rest[0] != ':' || rest[3] != ':' || rest[6] != '.')
		return -EINVAL;
	if (!hex_parse(text, length - tail, &domain) || !hex_parse(rest + 1, 2, &bus) ||
	    !hex_parse(rest + 4, 2, &device) || !hex_parse(rest + 7, 1, &function))
		return -EINVAL;
	/* The kernel keeps a domain in an int. */
	if (domain > INT32_MAX || device > 0x1f || function > 7)
		return -EINVAL;
	*address = (struct pci_address){ .domain = domain,
					 .bus = (uint8_t)bus,
					 .device = (uint8_t)device,
					 .function = (uint8_t)function };
	return 0;
}

int pci_address_compare(const struct pci_address *a, const struct pci_address *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (a->bus != b->bus)
		return a->bus - b->bus;
	if (a->device != b->device)
		return a->device - b->device;
	return a->function - b->function;
}

bool pci_address_same_slot(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->device == b->device;
}
