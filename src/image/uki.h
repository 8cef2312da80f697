// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Unified kernel images: EFI programs (PE/COFF) with the kernel, initramfs and command
 * line in sections of their own (the UAPI Group's specification).
 */

/* Returns whether a file's bytes are an EFI program. */
bool uki_is_program(const void *file, size_t size);

/*
 * Finds the first section of this name (".initrd", ".cmdline", ".uname"). Returns its
 * bytes within file, with the smaller of its two sizes as *length; NULL if there is none
 * or it reaches beyond the file.
 */
const char *uki_section(const void *file, size_t size, const char *name, size_t *length);

/*
 * Returns the number of profiles, each of which a ".profile" section begins; 0 for a
 * program without profiles, which boots in one way only.
 */
size_t uki_profiles(const void *file, size_t size);

/*
 * Finds a section as the stub does for a profile, counted from 0: the first of this name
 * between the profile's own ".profile" section and the next, else the first before any
 * ".profile". profile is 0 for a program without profiles. Returns its bytes and length
 * as uki_section() does.
 */
const char *uki_profile_section(const void *file, size_t size, size_t profile, const char *name,
				size_t *length);

/*
 * Finds the release ("6.1.0-18-amd64") in an x86 kernel: the first word of the version
 * that its header points to (Documentation/arch/x86/boot.rst). Returns it within the
 * bytes, without a NUL, and its length; NULL if there is none, as in kernels of other
 * architectures.
 */
const char *uki_linux_version(const void *kernel, size_t size, size_t *length);
