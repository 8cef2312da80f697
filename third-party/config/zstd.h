/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Decompression at its smallest: one variant of each decoder, none in assembler. */
#define ZSTD_LEGACY_SUPPORT		      0
#define ZSTD_DISABLE_ASM		      1
#define DYNAMIC_BMI2			      0
#define HUF_FORCE_DECOMPRESS_X1		      1
#define ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT 1
#define ZSTD_NO_INLINE			      1
#define ZSTD_STRIP_ERROR_STRINGS	      1
#define ZSTD_TRACE			      0
#define XXH_NAMESPACE			      ZSTD_
