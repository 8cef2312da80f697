// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/device.h"

/*
 * Parses a PCI modalias, "pci:v000010DEd...", which holds all ids of a function in one
 * attribute (drivers/pci/pci-sysfs.c, modalias_show()). class has 24 bits. Returns false,
 * with id and class untouched, for any other text.
 */
bool modalias_parse(const char *modalias, struct pci_id *id, uint32_t *class);
