// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The address of a PCI function. A domain may have more than four hexadecimal digits: the
 * kernel numbers those of Intel VMD from 10000 (drivers/pci/controller/vmd.c).
 */
struct pci_address {
	uint32_t domain;
	uint8_t bus;
	uint8_t device;
	uint8_t function;
};

/* Size of an address as text, with its NUL. */
#define PCI_ADDRESS_SIZE 20

/* Writes an address as the kernel does, such as "0000:01:00.0". Returns buffer. */
char *pci_address_format(const struct pci_address *address, char buffer[static PCI_ADDRESS_SIZE]);

/*
 * Parses the first length bytes of text as an address with its domain, as sysfs names
 * devices. Returns 0, or -EINVAL with *address untouched.
 */
int pci_address_parse(const char *text, size_t length, struct pci_address *address);

/*
 * Compares by domain, bus, device, then function. Returns a negative number, 0 or a
 * positive one.
 */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);

/* Returns whether both are functions of the same slot. */
bool pci_address_same_slot(const struct pci_address *a, const struct pci_address *b);
