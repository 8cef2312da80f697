// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Unified kernel images: programs for EFI (PE/COFF) with kernel, initramfs and
 * command line in sections of their own (the UAPI group's specification).
 */

/* Whether the bytes of a file are such a program. */
bool uki_is_program(const void *file, size_t size);

/*
 * Finds the first section of that name (".initrd", ".cmdline", ".uname"). Returns
 * its bytes within file, as many as it has by both its sizes, or NULL where
 * there is none or it does not lie in the file.
 */
const char *uki_section(const void *file, size_t size, const char *name, size_t *length);

/*
 * Returns how many profiles a program has: sections ".profile", each of which
 * begins one. 0 for a program without, which boots in one way only.
 */
size_t uki_profiles(const void *file, size_t size);

/*
 * Finds a section as the stub does for a profile, counted from 0: the first of
 * that name after the profile's own ".profile" section and before the next one,
 * or else the first before any ".profile" section. For a program without
 * profiles, profile is 0. Returns its bytes and length as uki_section() does.
 */
const char *uki_profile_section(const void *file, size_t size, size_t profile, const char *name,
				size_t *length);

/*
 * Finds the release ("6.1.0-18-amd64") in a kernel for PCs: the first word of
 * the version text that its header points to (Documentation/arch/x86/boot.rst).
 * Returns it within the bytes, with its length, and no NUL after it; NULL for a
 * kernel without, as those of other architectures are.
 */
const char *uki_linux_version(const void *kernel, size_t size, size_t *length);
