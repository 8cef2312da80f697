// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "machine/address.h"

/*
 * Reads which PCI devices a domain of libvirt has: the address in the source of each
 * <hostdev type='pci'> (https://libvirt.org/formatdomain.html). Reads as much of XML as
 * libvirt writes: tags, attributes, comments, CDATA; no entities.
 */
struct libvirt_domain {
	char *text;	   /* what has not been read yet */
	unsigned int line; /* where the last device or fault was found, from 1 */

	/* Private. */
	unsigned int lines; /* how many have been read */
	bool in_hostdev;
	bool in_source;
};

/* Begins with a text, which is changed. */
void libvirt_domain_open(struct libvirt_domain *domain, char *text);

/*
 * Finds the next device. Returns 1 with its address, 0 at the end, -EINVAL for what is not
 * XML or no address, after which nothing more is read.
 */
int libvirt_domain_next(struct libvirt_domain *domain, struct pci_address *address);
