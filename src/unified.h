// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Unified kernel images: programs for EFI (PE/COFF) with kernel, initramfs and
 * command line in sections of their own (the UAPI group's specification).
 */

/* Whether the bytes of a file are such a program. */
bool unified_is_program(const void *file, size_t size);

/*
 * Finds the first section of that name (".initrd", ".cmdline", ".uname"). Gives
 * its bytes within file, as many as it has by both its sizes, or NULL where
 * there is none or it does not lie in the file.
 */
const char *unified_section(const void *file, size_t size, const char *name, size_t *length);
