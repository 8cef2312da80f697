/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* <string.h> must come before the macro: some C libraries declare basename() there. */
#include <string.h>

/*
 * Included before every file of the libraries. kmod and pciutils want the GNU basename(), which
 * takes a const path and leaves it alone. musl declares it without a prototype, or from 1.2.5 on
 * not at all.
 */
static inline const char *compat_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
#define basename(path) ((char *)compat_basename(path))
