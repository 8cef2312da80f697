// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine/device.h"

/*
 * Reads every id of a PCI function out of its modalias, "pci:v000010DEd...", which has
 * them all in one attribute (drivers/pci/pci-sysfs.c, modalias_show()). class gets 24
 * bits. Returns false, and changes nothing, for what is no modalias of that form.
 */
bool modalias_parse(const char *modalias, struct pci_id *id, uint32_t *class);
