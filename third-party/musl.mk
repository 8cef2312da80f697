# SPDX-License-Identifier: GPL-2.0-or-later
#
# How to compile and link a static-pie against musl.
#
# In:  CC, HOST, B; need, which sees to what is not installed.
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

# A compiler for another C library, and perhaps for another machine.
hash := \#
architecture_of = $(firstword $(subst -, ,$(shell $(1) -dumpmachine 2>/dev/null)))
$(if $(HOST),$(call need,cross-$(firstword $(subst -, ,$(HOST))),$(CC) -E -include linux/types.h -x c /dev/null))
OTHER_MACHINE := $(filter-out $(or $(call architecture_of,gcc),$(shell uname -m)),$(call architecture_of,$(CC)))

ifeq ($(OTHER_MACHINE),)

# The musl-gcc wrapper knows where musl is, but cannot link static-pie, so every
# compiler gets the same explicit recipe.
MUSL_GCC = musl-gcc
$(call need,build,$(MUSL_GCC) -E -include stdio.h -x c /dev/null && \
	gcc -E -include linux/types.h -x c /dev/null)
MUSL_LIB := $(patsubst %/Scrt1.o,%,$(filter %/Scrt1.o,$(shell \
	$(MUSL_GCC) -$(hash)$(hash)$(hash) -x c /dev/null 2>&1)))
ifeq ($(MUSL_LIB),)
$(error $(MUSL_GCC) does not say where musl is)
endif
MUSL_INCLUDE := $(firstword $(shell $(MUSL_GCC) -E -v -x c /dev/null 2>&1 | \
	sed -n '/^.include </,/^End/s/^ //p'))

else

MUSL_ROOT := build/third-party/musl/$(OTHER_MACHINE)
MUSL_LIB := $(MUSL_ROOT)/lib
MUSL_INCLUDE := $(MUSL_ROOT)/include
MUSL_BUILT := $(MUSL_ROOT)/built
$(MUSL_BUILT): third-party/build-musl third-party/versions
	$(call say,BUILD,musl for $(OTHER_MACHINE))
	$(Q)third-party/build-musl $(OTHER_MACHINE) $(@D) $(CC)
	$(Q)touch $@

endif

# The kernel's headers are the only ones of the other library's directory that fit musl.
# musl-gcc does not see them.
KERNEL_INCLUDE := build/third-party/kernel$(OTHER_MACHINE:%=/%)
KERNEL_HEADERS := $(addprefix $(KERNEL_INCLUDE)/,linux asm asm-generic)
$(KERNEL_HEADERS): $(KERNEL_INCLUDE)/%:
	@mkdir -p $(@D)
	$(Q)header=$$(echo '$(hash)include <$*/types.h>' | $(if $(OTHER_MACHINE),$(CC),gcc) -E -x c - | \
		sed -n 's,^$(hash).*"\(/.*/$*\)/types\.h".*,\1,p' | head -n 1) && \
		test -n "$$header" && ln -sfn "$$header" $@
LIBC_HEADERS := $(KERNEL_HEADERS) $(MUSL_BUILT)

LIBC_CFLAGS := -nostdinc -isystem $(MUSL_INCLUDE) -isystem $(KERNEL_INCLUDE) \
	-isystem $(shell $(CC) -print-file-name=include)
LIBC_LDFLAGS := -nostdlib -Wl,-static,-pie,--no-dynamic-linker,-z,text
LIBC_START := $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(shell $(CC) -print-file-name=crtbeginS.o)
LIBC_END := -Wl,--start-group $(MUSL_LIB)/libc.a -lgcc -lgcc_eh -Wl,--end-group \
	$(shell $(CC) -print-file-name=crtendS.o) $(MUSL_LIB)/crtn.o

endif
