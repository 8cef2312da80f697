/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reading .xz files written for the kernel; the checks are computed, not tabled. */
#define HAVE_CHECK_CRC32		1
#define HAVE_CHECK_CRC64		1
#define HAVE_DECODER_LZMA2		1
#define HAVE_SMALL			1
#define HAVE_FUNC_ATTRIBUTE_CONSTRUCTOR 1

#define HAVE_INTTYPES_H		      1
#define HAVE_STDINT_H		      1
#define HAVE_STDBOOL_H		      1
#define HAVE__BOOL		      1
#define HAVE_VISIBILITY		      0
#define HAVE___BUILTIN_ASSUME_ALIGNED 1
#define HAVE___BUILTIN_BSWAPXX	      1
#define TUKLIB_SYMBOL_PREFIX	      lzma_
#define SIZEOF_SIZE_T		      __SIZEOF_SIZE_T__
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#endif
