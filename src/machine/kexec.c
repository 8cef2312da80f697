// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/kexec.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/textfile.h"

/* The boot loader's number and, in the lower half byte, its version (arch/x86/kernel/setup.c). */
#define BOOT_LOADER_PATH "/proc/sys/kernel/bootloader_type"

/* kexec's number (Documentation/arch/x86/boot.rst). */
#define BOOT_LOADER_KEXEC 0xd

#define MARK_PATH "/proc/device-tree/chosen/linux,booted-from-kexec"

bool kexec_has_started(struct arena *arena, const char *root)
{
	char path[512], *text;

	snprintf(path, sizeof(path), "%s" BOOT_LOADER_PATH, root);
	if (textfile_read(arena, path, &text) == 0)
		return strtoul(text, NULL, 10) >> 4 == BOOT_LOADER_KEXEC;
	snprintf(path, sizeof(path), "%s" MARK_PATH, root);
	return access(path, F_OK) == 0;
}
