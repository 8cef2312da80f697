# SPDX-License-Identifier: GPL-2.0-or-later
# Makefile for vfio-early

VERSION = 0.1.0

# What to link: static (one file for the initramfs: musl and the libraries built in)
# or dynamic (the distribution's libkmod and libpci)
LINK = static

# Compiler (default: musl-gcc, or gcc where that is native to musl; gcc when dynamic).
# Any gcc or clang will do.
ifeq ($(origin CC),default)
CC = $(if $(filter dynamic,$(LINK))$(findstring musl,$(shell gcc -dumpmachine 2>&1)),gcc,musl-gcc)
endif
AR = ar
STRIP = strip
PKG_CONFIG = pkg-config

# Optimization and debug information
CFLAGS = -Os -g
CPPFLAGS =
LDFLAGS =

# Make warnings errors (yes/no, default: yes where CI=true)
WERROR = $(if $(filter true,$(CI)),yes,no)

# Installation directories
PREFIX = /usr
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
DESTDIR =

# Directory of the program's sources
SRC = src

# What the static binary may add to an image, in bytes
SIZE_LIMIT = 327680

# Show the commands (V=1)
V =

B := build$(if $(filter dynamic,$(LINK)),/dynamic)$(if $(findstring clang,$(CC)),/clang)

WARNINGS = -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	$(if $(filter yes,$(WERROR)),-Werror)
# _GNU_SOURCE is empty, as files that define it for themselves have it.
PROGRAM_FLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE= -DVFIO_EARLY_VERSION='"$(VERSION)"' \
	$(CPPFLAGS)
COMPILE_FLAGS = $(CFLAGS) -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)=.
LINK_FLAGS = -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections,--build-id=sha1 $(LDFLAGS)

OBJECTS := $(patsubst $(SRC)/%.c,$(B)/obj/%.o,$(wildcard $(SRC)/*.c))

Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$(2)')

all: $(B)/vfio-early

# The goals that compile nothing by themselves work before the toolchain is installed.
TASKS := clean lint check check-unit check-plans check-binary check-vm check-kernels bench demo \
	unit-programs fuzz check-fuzz coverage check-leaks
ifneq ($(filter-out $(TASKS) setup-%,$(or $(MAKECMDGOALS),all)),)
ifeq ($(LINK),dynamic)
LIBC_CFLAGS := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	$(shell $(PKG_CONFIG) --cflags libkmod libpci)
LIBC_LDFLAGS := -pie
LIBS := $(shell $(PKG_CONFIG) --libs libkmod libpci)
else
include third-party/musl.mk
include third-party/build.mk
LIBS := $(THIRD_PARTY_LIBS)
endif
endif

# Each file holds the flags that objects of one kind were made with. It changes
# only when they do, and those objects with it.
$(B)/flags/program: FLAGS = $(CC) $(SRC) $(PROGRAM_FLAGS) $(LIBC_CFLAGS) $(COMPILE_FLAGS)
$(B)/flags/third-party: FLAGS = $(CC) $(AR) $(LIBC_CFLAGS) $(COMPILE_FLAGS)
$(B)/flags/link: FLAGS = $(LIBC_LDFLAGS) $(LINK_FLAGS) $(OBJECTS) $(LIBS) $(SIZE_LIMIT)
$(B)/flags/program $(B)/flags/third-party $(B)/flags/link: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS))' >$@

$(OBJECTS): $(B)/obj/%.o: $(SRC)/%.c $(B)/flags/program $(THIRD_PARTY_HEADERS) $(LIBC_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(PROGRAM_FLAGS) $(THIRD_PARTY_CPPFLAGS) $(LIBC_CFLAGS) $(COMPILE_FLAGS) \
		-MMD -MP -c $< -o $@

$(B)/vfio-early.debug: $(OBJECTS) $(THIRD_PARTY_LIBS) $(B)/flags/link
	$(call say,LINK,$@)
	$(Q)$(CC) $(COMPILE_FLAGS) $(LIBC_LDFLAGS) $(LINK_FLAGS) -o $@ \
		$(LIBC_START) $(OBJECTS) $(LIBS) $(LIBC_END)

# The file that is too large is not left behind, or the next make would be content with it.
$(B)/vfio-early: $(B)/vfio-early.debug
	$(Q)$(STRIP) -s -R .comment -o $@ $<
	@size $@ | awk -v name=$@ -v bytes=$$(wc -c <$@) \
		-v limit=$(if $(filter static,$(LINK)),$(SIZE_LIMIT),0) 'NR == 2 { \
			printf "%s: %d bytes stripped (text %d, data %d, bss %d)", name, bytes, $$1, $$2, $$3; \
			if (limit) \
				printf ", %d%% of %d KiB", bytes * 100 / limit, limit / 1024; \
			large = limit && bytes > limit; \
			print large ? ": TOO LARGE" : ""; \
			exit large }'

install: all
	install -D -m 755 $(B)/vfio-early $(DESTDIR)$(SBINDIR)/vfio-early
	for page in $(wildcard man/*.[58]); do \
		install -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit; \
	done

clean:
	rm -rf build

# What follows starts make anew after the set-up, which may have brought the compiler.
MAKEFLAGS += --no-print-directory

setup-build setup-check setup-demo setup-bench setup-generators: setup-%:
	tests/setup $*

lint:
	tests/lint

# tests/unit/build.mk says how; this is what the tree does without it.
ifeq ($(wildcard tests/unit/build.mk),)
check-unit:
	@echo "check-unit: there is no tests/unit/build.mk" >&2; exit 1
else
include tests/unit/build.mk
endif

# Behind the libraries, whose sources it builds anew.
include tests/fuzz/build.mk

check-plans:
	$(MAKE) all
	tests/fixtures/run

check-leaks:
	$(MAKE) build/fuzz/replay/vfio-early
	$(UNIT_CC) -shared -fPIC -o build/fuzz/replay/leak.so tests/leaks/leak.c
	tests/leaks/run build/fuzz/replay/vfio-early build/fuzz/replay/leak.so

# Optimization would make lines one, and the C library's checks need it.
COVERAGE_FLAGS = -g -O0 -Wno-cpp --coverage
coverage:
	tests/setup check
	$(MAKE) U=build/coverage/unit UNIT_CFLAGS='$(COVERAGE_FLAGS)' unit-programs
	$(MAKE) B=build/coverage/program LINK=dynamic CC=gcc CFLAGS='$(COVERAGE_FLAGS)' all
	tests/coverage/run build/coverage $(UNIT_TESTS:%=build/coverage/unit/test_%)

check-binary:
	$(MAKE) all
	tests/binary/check $(B)/vfio-early
	tests/binary/must-fail

check-vm:
	$(MAKE) all
	tests/vm/run-all --quick

check-kernels:
	$(MAKE) all
	tests/vm/run-all --all-kernels

check:
	tests/setup check
	$(MAKE) lint
	$(MAKE) check-unit
	$(MAKE) check-plans
	$(MAKE) check-leaks
	$(MAKE) check-fuzz
	$(MAKE) check-binary
	$(MAKE) LINK=dynamic all
	$(MAKE) CC=clang all
	$(MAKE) check-vm

bench:
	tests/setup bench
	$(MAKE) all
	tests/bench/run

demo:
	tests/setup demo
	$(MAKE) all
	tests/demo/run

-include $(OBJECTS:.o=.d)

.DELETE_ON_ERROR:
.PHONY: all install FORCE $(TASKS) setup-build setup-check setup-demo setup-bench setup-generators
