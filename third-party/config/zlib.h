/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* gzread() and what it needs; one byte of the checksum at a time saves 24 KiB of tables. */
#define HAVE_UNISTD_H 1
#define HAVE_HIDDEN   1
#define NO_GZCOMPRESS 1
#define Z_TESTW	      0
