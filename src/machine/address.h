// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where a PCI function sits. Domains may have more than four hexadecimal
 * digits: the kernel numbers those of Intel VMD from 10000
 * (drivers/pci/controller/vmd.c).
 */
struct pci_address {
	uint32_t domain;
	uint8_t bus;
	uint8_t device;
	uint8_t function;
};

/* Room for an address as text, with its NUL. */
#define PCI_ADDRESS_SIZE 20

/* Writes the kernel's spelling, such as "0000:01:00.0"; gives buffer back. */
char *pci_address_format(const struct pci_address *address, char buffer[static PCI_ADDRESS_SIZE]);

/*
 * Reads the kernel's spelling with its domain, as sysfs names devices, from
 * the first length bytes of text. Returns 0, or -EINVAL for anything else.
 */
int pci_address_parse(const char *text, size_t length, struct pci_address *address);

/* Orders by domain, bus, device, function: negative, 0 or positive. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);

/* Whether both are functions of the same slot. */
bool pci_address_same_slot(const struct pci_address *a, const struct pci_address *b);
