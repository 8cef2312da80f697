// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>

#include "lib/arena.h"

/*
 * Returns whether another kernel has started this one by kexec, below root ("" for the running
 * system's). On x86, kexec-tools and kexec_file_load() give themselves as the boot loader
 * (arch/x86/kernel/kexec-bzimage64.c). Elsewhere kexec_file_load() leaves a mark in the device tree
 * (drivers/of/kexec.c); kexec_load() and machines with ACPI instead of a tree have none.
 */
bool kexec_has_started(struct arena *arena, const char *root);
