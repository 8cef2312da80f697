/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * kmod reads /etc, /run, /usr/local/lib and /lib; images without a merged /usr
 * need /usr/lib as well. The first place wins where two hold a file of one
 * name, so /usr/lib has to stand behind /run and /usr/local/lib, which kmod
 * then names a second time in vain.
 */
#define SYSCONFDIR "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib"

#define ENABLE_LOGGING 1
#define ENABLE_ZSTD    1
#define ENABLE_XZ      1
#define ENABLE_ZLIB    1

#define HAVE_SECURE_GETENV	       1
#define HAVE_DECL_STRNDUPA	       0
#define HAVE_DECL_BE32TOH	       1
#define HAVE_STATIC_ASSERT	       1
#define HAVE_NORETURN		       1
#define HAVE_STRUCT_STAT_ST_MTIM       1
#define HAVE___BUILTIN_UADDL_OVERFLOW  1
#define HAVE___BUILTIN_UADDLL_OVERFLOW 1
