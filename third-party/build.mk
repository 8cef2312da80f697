# SPDX-License-Identifier: GPL-2.0-or-later
#
# The libraries of the static binary, from their own sources but by our rules:
# only the files that kernel modules and sysfs need, with the small
# configuration headers beside this file.
#
# In:  B, the build directory; CC, LIBC_CFLAGS, COMPILE_FLAGS; Q and say.
# Out: THIRD_PARTY_CPPFLAGS, THIRD_PARTY_HEADERS, THIRD_PARTY_OBJECTS.

TP_SRC := build/third-party/src
TP_INCLUDE := build/third-party/include
TP_OBJ := $(B)/third-party

THIRD_PARTY_CPPFLAGS := -isystem $(TP_INCLUDE)
THIRD_PARTY_HEADERS := $(addprefix $(TP_INCLUDE)/,libkmod.h \
	pci/pci.h pci/header.h pci/types.h pci/config.h)

kmod_SOURCES := $(addprefix libkmod/,libkmod.c libkmod-builtin.c libkmod-config.c libkmod-elf.c \
	libkmod-file.c libkmod-index.c libkmod-list.c libkmod-module.c libkmod-signature.c) \
	$(addprefix shared/,array.c hash.c scratchbuf.c strbuf.c util.c)
kmod_CPPFLAGS := -I$(TP_SRC)/kmod -I$(TP_SRC)/xz/src/liblzma/api \
	-I$(TP_SRC)/zstd/lib -I$(TP_SRC)/zlib

pciutils_SOURCES := $(addprefix lib/,access.c caps.c filter.c generic.c init.c names.c \
	names-cache.c names-hash.c names-hwdb.c names-net.c names-parse.c params.c sysfs.c)

pciutils_CPPFLAGS := -I$(TP_INCLUDE)/pci

xz_SOURCES := $(addprefix src/liblzma/,check/check.c check/crc32_small.c check/crc64_small.c \
	common/block_decoder.c common/block_header_decoder.c common/block_util.c \
	common/common.c common/filter_common.c common/filter_decoder.c \
	common/filter_flags_decoder.c common/index_hash.c common/stream_decoder.c \
	common/stream_flags_common.c common/stream_flags_decoder.c common/vli_decoder.c \
	common/vli_size.c lz/lz_decoder.c lzma/lzma2_decoder.c lzma/lzma_decoder.c)
xz_CPPFLAGS := -I$(TP_SRC)/xz/src/common $(addprefix -I$(TP_SRC)/xz/src/liblzma/,api common check \
	lz lzma rangecoder delta simple)

zstd_SOURCES := $(addprefix lib/,common/debug.c common/entropy_common.c common/error_private.c \
	common/fse_decompress.c common/xxhash.c common/zstd_common.c \
	decompress/huf_decompress.c decompress/zstd_ddict.c decompress/zstd_decompress.c \
	decompress/zstd_decompress_block.c)

zlib_SOURCES := adler32.c crc32.c gzclose.c gzlib.c gzread.c inffast.c inflate.c inftrees.c zutil.c

# What stands in for parts of musl and of libgcc. x86 calculates with long double by itself.
LIBC_PARTS := $(TP_OBJ)/musl.o $(if $(filter-out x86_64-%,$(MACHINE)),$(TP_OBJ)/long_double.o)
$(LIBC_PARTS): $(TP_OBJ)/%.o: third-party/config/%.c $(B)/flags/third-party $(LIBC_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=gnu11 $(LIBC_CFLAGS) $(filter-out -flto%,$(COMPILE_FLAGS)) -fno-builtin -c $< -o $@

THIRD_PARTY := kmod pciutils xz zstd zlib

# Included before every file of the libraries.
TP_COMPAT := basename.h open.h

TP_UNPACKED := $(THIRD_PARTY:%=$(TP_SRC)/%/.unpacked)
$(TP_UNPACKED): $(TP_SRC)/%/.unpacked: third-party/versions third-party/fetch
	$(call say,FETCH,$*)
	$(Q)rm -rf $(@D)
	$(Q)third-party/fetch $* $(@D)
	$(Q)touch $@

$(TP_INCLUDE)/libkmod.h: $(TP_SRC)/kmod/.unpacked
	@mkdir -p $(@D)
	$(Q)cp $(TP_SRC)/kmod/libkmod/libkmod.h $@

$(TP_INCLUDE)/pci/config.h: third-party/config/pciutils.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(filter-out %/libkmod.h %/config.h,$(THIRD_PARTY_HEADERS)): $(TP_INCLUDE)/pci/%.h: \
		$(TP_SRC)/pciutils/.unpacked
	@mkdir -p $(@D)
	$(Q)cp $(TP_SRC)/pciutils/lib/$*.h $@

# Others' code is compiled without our warnings. kmod includes its neighbours'
# headers, so every object waits for every source.
define third_party_library
$(1)_OBJECTS := $$($(1)_SOURCES:%.c=$(TP_OBJ)/$(1)/%.o)
$$($(1)_OBJECTS): $(TP_OBJ)/$(1)/%.o: third-party/config/$(1).h \
		$(TP_COMPAT:%=third-party/config/%) $(B)/flags/third-party \
		| $(TP_UNPACKED) $(THIRD_PARTY_HEADERS) $(LIBC_HEADERS)
	@mkdir -p $$(@D)
	$$(call say,CC,$(1)/$$*.c)
	$$(Q)$$(CC) -std=gnu11 -w -D_GNU_SOURCE= -DNDEBUG $(TP_COMPAT:%=-include third-party/config/%) \
		-include third-party/config/$(1).h \
		$$($(1)_CPPFLAGS) $$(LIBC_CFLAGS) $$(COMPILE_FLAGS) -MMD -MP \
		-c $(TP_SRC)/$(1)/$$*.c -o $$@
$$($(1)_OBJECTS): $(TP_SRC)/$(1)/.unpacked
-include $$($(1)_OBJECTS:.o=.d)
endef
$(foreach library,$(THIRD_PARTY),$(eval $(call third_party_library,$(library))))

# Objects and no archives: ar needs a plugin to read those that are optimized at link time.
THIRD_PARTY_OBJECTS := $(foreach library,$(THIRD_PARTY),$($(library)_OBJECTS))
