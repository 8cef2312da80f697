// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#define CLAIM_SIZE 48

/*
 * Cuts the next device off a list that tells another driver what to take: ids= of
 * vfio-pci and pci-stub ("10de:1f91,10de:10fa:1458:3ffc"; drivers/vfio/pci/vfio_pci.c),
 * or hide= of xen-pciback ("(0000:01:00.0)(01:00.1)"). Writes it as a selector and moves
 * *list past it. Skips malformed entries. Returns false at the end.
 */
bool claim_next(const char **list, char text[static CLAIM_SIZE]);
