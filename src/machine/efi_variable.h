// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stddef.h>

/*
 * EFI variables, which keep their value while the machine is off
 * (Documentation/filesystems/efivarfs.rst). The file system needs not be mounted anywhere.
 */

/*
 * Opens the directory of all variables. Returns its descriptor, which the caller closes, or
 * -errno; -ENODEV if the firmware has none or the kernel no efivarfs.
 */
int efi_variable_open(void);

/*
 * Reads a variable of the directory, without its attributes. Returns its size, size + 1 for a
 * longer one, or -errno; -ENOENT if there is none.
 */
int efi_variable_read(int directory, const char *name, void *data, size_t size);

/*
 * Writes a variable, which is made if there is none, and kept by the firmware. The kernel marks
 * variables that it does not know as immutable; the mark is removed. Returns 0 or -errno:
 * -ENOSPC if the firmware has no room, -EROFS or -EPERM if it may not be written.
 */
int efi_variable_write(int directory, const char *name, const void *data, size_t size);
