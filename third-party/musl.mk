# SPDX-License-Identifier: GPL-2.0-or-later
#
# How to compile and link a static-pie against musl.
#
# In:  CC; need, which sees to what is not installed.
# Out: LIBC_CFLAGS, and LIBC_HEADERS, which have to be made first; LIBC_LDFLAGS,
#      LIBC_START and LIBC_END, which go before everything, before the objects
#      and after the libraries.

ifneq ($(findstring musl,$(shell $(CC) -dumpmachine 2>/dev/null)),)

LIBC_CFLAGS :=
LIBC_HEADERS :=
LIBC_LDFLAGS := -static-pie
LIBC_START :=
LIBC_END :=

else

# A compiler for another C library. The musl-gcc wrapper knows where musl is,
# but cannot link static-pie, so every compiler gets the same explicit recipe.
MUSL_GCC = musl-gcc
hash := \#
$(call need,build,$(MUSL_GCC) -E -include stdio.h -x c /dev/null && \
	gcc -E -include linux/types.h -x c /dev/null)
MUSL_LIB := $(patsubst %/Scrt1.o,%,$(filter %/Scrt1.o,$(shell \
	$(MUSL_GCC) -$(hash)$(hash)$(hash) -x c /dev/null 2>&1)))
ifeq ($(MUSL_LIB),)
$(error $(MUSL_GCC) does not say where musl is)
endif
MUSL_INCLUDE := $(firstword $(shell $(MUSL_GCC) -E -v -x c /dev/null 2>&1 | \
	sed -n '/^.include </,/^End/s/^ //p'))

# The kernel's headers are the only ones of the other library's directory that fit musl.
KERNEL_INCLUDE := build/third-party/kernel
LIBC_HEADERS := $(addprefix $(KERNEL_INCLUDE)/,linux asm asm-generic)
$(LIBC_HEADERS): $(KERNEL_INCLUDE)/%:
	@mkdir -p $(@D)
	$(Q)header=$$(echo '$(hash)include <$*/types.h>' | gcc -E -x c - | \
		sed -n 's,^$(hash).*"\(/.*/$*\)/types\.h".*,\1,p' | head -n 1) && \
		ln -sfn "$$header" $@

LIBC_CFLAGS := -nostdinc -isystem $(MUSL_INCLUDE) -isystem $(KERNEL_INCLUDE) \
	-isystem $(shell $(CC) -print-file-name=include)
LIBC_LDFLAGS := -nostdlib -Wl,-static,-pie,--no-dynamic-linker,-z,text
LIBC_START := $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(shell $(CC) -print-file-name=crtbeginS.o)
LIBC_END := -Wl,--start-group $(MUSL_LIB)/libc.a -lgcc -lgcc_eh -Wl,--end-group \
	$(shell $(CC) -print-file-name=crtendS.o) $(MUSL_LIB)/crtn.o

endif
