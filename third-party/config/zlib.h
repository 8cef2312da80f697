/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* gzread() and what it needs; one byte of the checksum at a time saves 24 KiB of tables. */
#define HAVE_UNISTD_H 1
#define HAVE_HIDDEN   1
#define NO_GZCOMPRESS 1
#define Z_TESTW	      0
/*
 * Blocks with the standard's fixed codes are rare. Their tables are made when the first is
 * met, which saves 2 KiB. Two threads that meet theirs at once write the same.
 */
#define BUILDFIXED 1
