// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#define CLAIM_SIZE 48

/*
 * Reads lists by which others are told what to take: vfio-pci's and pci-stub's
 * ids= ("10de:1f91,10de:10fa:1458:3ffc"; drivers/vfio/pci/vfio_pci.c) and
 * xen-pciback's hide= ("(0000:01:00.0)(01:00.1)"). Writes the next device as
 * a selector, moves *list after it, and returns false at the end. What cannot be
 * read is left out.
 */
bool claim_next(const char **list, char text[static CLAIM_SIZE]);
