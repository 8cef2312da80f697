# SPDX-License-Identifier: GPL-2.0-or-later
# Makefile for vfio-early

VERSION = 0.1.0

# What to link: static (one file for the initramfs: musl and the libraries built in)
# or dynamic (the distribution's libkmod and libpci)
LINK = static

# Another machine to build for, by the prefix of its compiler: aarch64-linux-gnu,
# riscv64-linux-gnu. A CC that compiles for it does as well.
HOST =

# Compiler (default: HOST's gcc; without HOST, musl-gcc, or gcc on a musl system or when
# dynamic). Any gcc or clang works.
ifeq ($(origin CC),default)
CC := $(if $(HOST),$(HOST)-gcc,$(if $(filter dynamic,$(LINK))$(findstring \
	musl,$(shell gcc -dumpmachine 2>/dev/null)),gcc,musl-gcc))
endif
MACHINE = $(shell $(CC) -dumpmachine)
STRIP ?= $(or $(shell $(CC) -print-prog-name=strip),strip)
PKG_CONFIG ?= $(HOST:%=%-)pkg-config

# Optimization and debug information: as small as the compiler can. clang's
# optimization at link time is left out: it needs a linker that few systems
# have. In one partition it sees more that is the same.
CFLAGS = $(SMALLEST)$(if $(findstring clang,$(CC)),, -flto=auto -flto-partition=one) -g
CPPFLAGS =
LDFLAGS =

# Make warnings errors (yes/no, default: yes where CI=true)
WERROR = $(if $(filter true,$(CI)),yes,no)

# Installation directories
PREFIX = /usr
SBINDIR = $(PREFIX)/sbin
MANDIR = $(PREFIX)/share/man
LIBDIR = $(PREFIX)/lib/vfio-early
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d
SYSCONFDIR = /etc
DESTDIR =

# Which initramfs generators get their hooks (yes/no), and where each looks for
# them, which is always below /usr. For the tests MKINITCPIO=DIR means yes and
# names a mkinitcpio that Debian lacks.
MKINITCPIO ?= yes
DRACUT = yes
INITRAMFS_TOOLS = yes
MKINITFS = yes

# Whether GRUB records trials (yes/no); needs a grub-mkconfig that reads
# /etc/default/grub.d, such as Debian's
GRUB = no

# Whether the running system's units are installed (yes/no), and where
SYSTEMD = yes
SYSTEMDDIR = $(PREFIX)/lib/systemd/system

INITCPIODIR = $(PREFIX)/lib/initcpio
DRACUTDIR = $(PREFIX)/lib/dracut/modules.d/50vfio-early
INITRAMFS_TOOLS_DIR = $(PREFIX)/share/initramfs-tools

# Rebuild the initramfs images after install and uninstall (yes/no; never with DESTDIR)
REGENERATE = yes

# Directory of the program's sources
SRC = src

# What the static program may add to an image, in bytes (more for clang, without
# optimization at link time). Only text and data count on machines other than x86-64: the linker
# pads their files for pages of up to 64 KiB.
SIZE_LIMIT = $(if $(findstring clang,$(CC)),294912,262144)

# Show the commands (V=1)
V =

B := build$(HOST:%=/%)$(if $(filter dynamic,$(LINK)),/dynamic)$(if $(findstring clang,$(CC)),/clang)

WARNINGS = -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	$(if $(filter yes,$(WERROR)),-Werror)
# _GNU_SOURCE is empty, as in files that define it themselves.
PROGRAM_FLAGS = -std=gnu11 $(WARNINGS) -I$(SRC) -D_GNU_SOURCE= -DVFIO_EARLY_VERSION='"$(VERSION)"' \
	-DVFIO_EARLY_LIBDIR='"$(LIBDIR)"' $(CPPFLAGS)
COMPILE_FLAGS = $(CFLAGS) -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections \
	-fno-unwind-tables -fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)=.
# Code and constants share pages, which saves 8 KiB.
LINK_FLAGS = -Wl,-z,noseparate-code,-z,relro,-z,now,-z,noexecstack,--gc-sections,--build-id=sha1 $(LDFLAGS)

SOURCES := $(wildcard $(SRC)/*.c $(SRC)/*/*.c)
OBJECTS := $(SOURCES:$(SRC)/%.c=$(B)/obj/%.o)

Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$(2)')

# The program that people use, and the one for images. The latter links the five
# lower rooms alone, so that using a higher room fails.
IMAGE_ROOMS := lib machine settings plan boot
PROGRAMS := $(B)/vfio-early $(B)/image/vfio-early
$(B)/vfio-early.debug: LINKED = $(filter-out $(B)/obj/commands_image.o,$(OBJECTS))
$(B)/image/vfio-early.debug: LINKED = $(B)/obj/main.o $(B)/obj/commands_image.o \
	$(filter $(IMAGE_ROOMS:%=$(B)/obj/%/%),$(OBJECTS))

all: $(PROGRAMS)

# Goals that compile nothing themselves work before the toolchain is installed.
TASKS := clean lint uninstall dist deb check check-unit check-plans check-completions check-check check-files check-hostile check-man \
	check-all check-leaks check-leaks-quick check-fuzz check-binary check-trixie check-sid check-set check-hooks check-packages check-packages-quick check-image check-vm \
	check-kernels check-bench check-stops soak check-generators check-generators-quick check-reboot bench bench-list demo \
	unit-programs fuzz coverage quick check-cross
ifneq ($(filter-out $(TASKS) setup-% part-%,$(or $(MAKECMDGOALS),all)),)
# $(call need,PURPOSE,COMMAND): if COMMAND fails, installs what PURPOSE needs,
# or says what is missing. Building a package installs nothing.
fails = $(shell { $(1); } >/dev/null 2>&1 || echo fails)
need = $(if $(call fails,$(2)),$(shell tests/tools/setup $(1) >&2)$(if \
	$(filter-out 0,$(.SHELLSTATUS)),$(error what it takes to build is not installed)))
ifeq ($(LINK),dynamic)
PACKAGES_EXIST = $(PKG_CONFIG) --exists libkmod libpci
# The machine's packages of these names are not HOST's.
$(if $(HOST),,$(call need,dynamic,$(PACKAGES_EXIST) && $(CC) -E -include stdio.h -x c /dev/null))
$(if $(call fails,$(PACKAGES_EXIST)),$(error $(PKG_CONFIG) is missing or does not find libkmod and libpci))
LIBC_CFLAGS := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	$(shell $(PKG_CONFIG) --cflags libkmod libpci)
LIBC_LDFLAGS := -pie
LIBS := $(shell $(PKG_CONFIG) --libs libkmod libpci)
else
$(call need,build,command -v xz && command -v bzip2)
include third-party/musl.mk
include third-party/build.mk
LIBS := $(THIRD_PARTY_OBJECTS)
endif
# gcc knows -Oz since 12.
SMALLEST := $(if $(call fails,$(CC) -Oz -E -x c /dev/null),-Os,-Oz)
# On arm64 a compiler keeps a frame pointer, and addresses 4 GiB, unless told otherwise.
SMALLEST += $(if $(filter aarch64-%,$(MACHINE)),-fomit-frame-pointer -mcmodel=tiny)
endif

# Each file holds the flags of one kind of objects. It changes only when they
# do, and then the objects are rebuilt.
$(B)/flags/program: FLAGS = $(CC) $(SRC) $(PROGRAM_FLAGS) $(LIBC_CFLAGS) $(COMPILE_FLAGS)
$(B)/flags/third-party: FLAGS = $(CC) $(LIBC_CFLAGS) $(COMPILE_FLAGS)
$(B)/flags/link: FLAGS = $(LIBC_LDFLAGS) $(LINK_FLAGS) $(OBJECTS) $(LIBS) $(SIZE_LIMIT)
$(B)/flags/program $(B)/flags/third-party $(B)/flags/link: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS))' >$@

$(OBJECTS): $(B)/obj/%.o: $(SRC)/%.c $(B)/flags/program $(THIRD_PARTY_HEADERS) $(LIBC_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(PROGRAM_FLAGS) $(THIRD_PARTY_CPPFLAGS) $(LIBC_CFLAGS) $(COMPILE_FLAGS) \
		-MMD -MP -c $< -o $@

$(PROGRAMS:%=%.debug): $(OBJECTS) $(LIBC_PARTS) $(THIRD_PARTY_OBJECTS) $(B)/flags/link
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(COMPILE_FLAGS) $(LIBC_LDFLAGS) $(LINK_FLAGS) -o $@ \
		$(LIBC_START) $(LINKED) $(LIBC_PARTS) $(LIBS) $(LIBC_END)

# A program that is too large is removed, or the next make would accept it.
$(PROGRAMS): %: %.debug
	$(Q)$(STRIP) -s -R .comment -o $@ $<
	@size $@ | awk -v name=$@ -v bytes=$$(wc -c <$@) \
		-v padded=$(filter-out x86_64-%,$(MACHINE)) \
		-v limit=$(if $(findstring /image/,$@),$(if $(filter static,$(LINK)),$(SIZE_LIMIT),0),0) 'NR == 2 { \
			if (padded) \
				bytes = $$1 + $$2; \
			printf "%s: %d bytes stripped (text %d, data %d, bss %d)", name, bytes, $$1, $$2, $$3; \
			if (limit) \
				printf ", %d%% of %d KiB", bytes * 100 / limit, limit / 1024; \
			large = limit && bytes > limit; \
			print large ? ": TOO LARGE" : ""; \
			exit large }'

# $(call put,MODE,SOURCE,TARGET): installs a file that names directories of
# other files.
put = @echo 'install -D -m $(1) $(2) $(DESTDIR)$(3)'; \
	sed -e 's,@SBINDIR@,$(SBINDIR),g' -e 's,@LIBDIR@,$(LIBDIR),g' \
		-e 's,@INITCPIODIR@,$(INITCPIODIR),g' $(2) >$(B)/put.$$$$ && \
	install -D -m $(1) $(B)/put.$$$$ $(DESTDIR)$(3) && rm $(B)/put.$$$$

regenerates := $(if $(DESTDIR),,$(filter yes,$(REGENERATE)))

install: all
	install -D -m 755 $(B)/vfio-early $(DESTDIR)$(SBINDIR)/vfio-early
	install -D -m 755 $(B)/image/vfio-early $(DESTDIR)$(LIBDIR)/vfio-early
	for page in $(wildcard man/*.[58]); do \
		install -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit; \
	done
	install -D -m 644 completions/vfio-early.bash $(DESTDIR)$(BASHDIR)/vfio-early
	install -D -m 644 completions/_vfio-early $(DESTDIR)$(ZSHDIR)/_vfio-early
	install -D -m 644 completions/vfio-early.fish $(DESTDIR)$(FISHDIR)/vfio-early.fish
	install -D -m 755 hook/regenerate $(DESTDIR)$(LIBDIR)/regenerate
	install -D -m 755 hook/grub-entry $(DESTDIR)$(LIBDIR)/grub-entry
	install -D -m 755 hook/grub-trial $(DESTDIR)$(LIBDIR)/grub-trial
	install -D -m 644 initramfs/vfio-early.service $(DESTDIR)$(LIBDIR)/vfio-early.service
	test -e $(DESTDIR)$(SYSCONFDIR)/vfio-early.conf || install -D -m 644 \
		packaging/vfio-early.conf $(DESTDIR)$(SYSCONFDIR)/vfio-early.conf
ifneq ($(MKINITCPIO),no)
	$(call put,644,hook/mkinitcpio/install,$(INITCPIODIR)/install/vfio-early)
	install -D -m 644 initramfs/mkinitcpio $(DESTDIR)$(INITCPIODIR)/hooks/vfio-early
	install -D -m 755 hook/mkinitcpio-preset $(DESTDIR)$(LIBDIR)/mkinitcpio-preset
	$(call put,644,hook/mkinitcpio/drop-in.conf,$(LIBDIR)/mkinitcpio.conf)
endif
ifeq ($(DRACUT),yes)
	$(call put,755,hook/dracut/module-setup.sh,$(DRACUTDIR)/module-setup.sh)
	install -D -m 755 initramfs/dracut.sh $(DESTDIR)$(DRACUTDIR)/vfio-early.sh
endif
ifeq ($(INITRAMFS_TOOLS),yes)
	$(call put,755,hook/initramfs-tools/hook,$(INITRAMFS_TOOLS_DIR)/hooks/vfio-early)
	install -D -m 755 initramfs/initramfs-tools \
		$(DESTDIR)$(INITRAMFS_TOOLS_DIR)/scripts/init-top/00-vfio-early
endif
ifeq ($(GRUB),yes)
	$(call put,755,packaging/grub/06_vfio_early,$(SYSCONFDIR)/grub.d/06_vfio_early)
	$(call put,644,packaging/grub/vfio-early.cfg,$(SYSCONFDIR)/default/grub.d/vfio-early.cfg)
endif
ifeq ($(MKINITFS),yes)
	$(call put,644,hook/mkinitfs/mkinitfs.conf,$(LIBDIR)/mkinitfs.conf)
	install -D -m 644 initramfs/mkinitfs $(DESTDIR)$(LIBDIR)/mkinitfs-init
endif
ifeq ($(SYSTEMD),yes)
	$(call put,644,packaging/vfio-early-status.service,$(SYSTEMDDIR)/vfio-early-status.service)
	$(call put,644,packaging/vfio-early-confirm.service,$(SYSTEMDDIR)/vfio-early-confirm.service)
	mkdir -p $(DESTDIR)$(SYSTEMDDIR)/sysinit.target.wants
	ln -sf ../vfio-early-confirm.service $(DESTDIR)$(SYSTEMDDIR)/sysinit.target.wants
endif
	$(if $(regenerates),$(LIBDIR)/regenerate)

# The user's configuration stays; the list of the host's needs goes.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/vfio-early $(DESTDIR)$(MANDIR)/man5/vfio-early.conf.5 \
		$(DESTDIR)$(MANDIR)/man8/vfio-early.8 \
		$(DESTDIR)$(BASHDIR)/vfio-early $(DESTDIR)$(ZSHDIR)/_vfio-early \
		$(DESTDIR)$(FISHDIR)/vfio-early.fish \
		$(DESTDIR)$(INITCPIODIR)/install/vfio-early \
		$(DESTDIR)$(INITCPIODIR)/hooks/vfio-early \
		$(DESTDIR)$(INITRAMFS_TOOLS_DIR)/hooks/vfio-early \
		$(DESTDIR)$(INITRAMFS_TOOLS_DIR)/scripts/init-top/00-vfio-early \
		$(DESTDIR)$(SYSCONFDIR)/grub.d/06_vfio_early \
		$(DESTDIR)$(SYSCONFDIR)/default/grub.d/vfio-early.cfg \
		$(DESTDIR)$(SYSTEMDDIR)/vfio-early-status.service \
		$(DESTDIR)$(SYSTEMDDIR)/vfio-early-confirm.service \
		$(DESTDIR)$(SYSTEMDDIR)/sysinit.target.wants/vfio-early-confirm.service
	rm -rf $(DESTDIR)$(LIBDIR) $(DESTDIR)$(DRACUTDIR) $(DESTDIR)/var/lib/vfio-early
	! cmp -s packaging/vfio-early.conf $(DESTDIR)$(SYSCONFDIR)/vfio-early.conf || \
		rm -f $(DESTDIR)$(SYSCONFDIR)/vfio-early.conf
	$(if $(regenerates),hook/regenerate)

dist:
	tests/tools/setup dist
	@mkdir -p build
	packaging/dist $(VERSION) build/vfio-early-$(VERSION).tar.gz

# Packages are built from the tarball.
deb: dist
	tests/tools/setup deb
	rm -rf build/deb
	mkdir build/deb
	tar -C build/deb -x -f build/vfio-early-$(VERSION).tar.gz
	mv build/deb/vfio-early-$(VERSION)/packaging/debian build/deb/vfio-early-$(VERSION)
	cd build/deb/vfio-early-$(VERSION) && dpkg-buildpackage -us -uc -b
	cp build/deb/*.deb build

clean:
	rm -rf build

# These targets start make again after the set-up, which may have installed the
# compiler.
MAKEFLAGS += --no-print-directory

setup-build setup-check setup-demo setup-bench setup-fuzz setup-generators setup-reboot: setup-%:
	tests/tools/setup $*

lint:
	tests/tools/lint

# tests/unit/build.mk has the rules; this is for a tree without it.
ifeq ($(wildcard tests/unit/build.mk),)
check-unit:
	@echo "check-unit: there is no tests/unit/build.mk" >&2; exit 1
else
include tests/unit/build.mk
endif

# After the libraries, whose sources it builds again.
include tests/fuzz/build.mk

check-plans:
	$(MAKE) all
	tests/golden/run

check-completions:
	$(MAKE) all
	tests/install/completions/run

check-check:
	$(MAKE) all
	tests/golden/check/run

check-files:
	$(MAKE) all
	tests/install/files/run

check-hostile:
	$(MAKE) all
	tests/fuzz/hostile/run

# On a machine unlike that of the examples they must fail.
check-man:
	$(MAKE) all
	tests/install/man/run
	tests/install/man/run tests/golden/no-iommu.tree | \
		grep '^not ok man vfio-early.conf.5: devs = 01:00.0: it is not taken as a whole$$' >/dev/null

check-leaks check-leaks-quick:
	$(MAKE) build/fuzz/replay/vfio-early
	$(UNIT_CC) -shared -fPIC -o build/fuzz/replay/leak.so tests/fuzz/leaks/leak.c
	tests/fuzz/leaks/run $(if $(findstring quick,$@),--quick) \
		build/fuzz/replay/vfio-early build/fuzz/replay/leak.so

# Optimization would merge lines, and the C library's checks need optimization.
COVERAGE_FLAGS = -g -O0 -Wno-cpp --coverage
coverage:
	tests/tools/setup check
	$(MAKE) U=build/coverage/unit UNIT_CFLAGS='$(COVERAGE_FLAGS)' unit-programs
	$(MAKE) B=build/coverage/program LINK=dynamic CC=gcc CFLAGS='$(COVERAGE_FLAGS)' all
	tests/tools/coverage build/coverage $(UNIT_TESTS:%=build/coverage/unit/test_%)

check-binary:
	$(MAKE) all
	tests/install/binary/check $(B)/vfio-early
	tests/install/binary/check $(B)/image/vfio-early $(if $(HOST),,$(SIZE_LIMIT))
	tests/install/binary/must-fail

# The programs for other machines, and that their builds are reproducible.
check-cross:
	tests/tools/setup cross
	tests/install/binary/cross

# Today's distributions have newer compilers, and a newer musl, than Debian 12.
# COMPILERS: others than gcc to build with.
check-trixie check-sid: check-%:
	tests/tools/setup generators
	tests/install/binary/build-in $* $(COMPILERS)

check-set:
	$(MAKE) all
	tests/install/set/run
	tests/install/set/import
	tests/install/set/off
	tests/install/set/entry
	tests/install/set/profile
	tests/install/set/trial
	tests/install/set/fix

check-hooks:
	$(MAKE) all
	tests/install/hooks/run

check-packages:
	$(MAKE) all
	tests/install/packages/run

# Arch's and Fedora's are not built: they would compile the same tarball again.
check-packages-quick:
	$(MAKE) all
	tests/install/packages/run deb arch-files rpm-files apk-files must-fail

check-image:
	$(MAKE) all
	$(MAKE) LINK=dynamic all
	tests/generators/rdinit/run

# The guests for arm64 run what HOST builds.
check-vm:
	$(MAKE) all
	$(MAKE) HOST=aarch64-linux-gnu all
	tests/vm/run-all
	tests/vm/run-all trial-grub@failed trial-grub@idle trial-grub@unwritable

check-kernels:
	tests/tools/setup check
	$(MAKE) all
	$(MAKE) HOST=aarch64-linux-gnu all
	tests/vm/run-all --all-kernels

# vfio-early killed after each of its changes, a few of which check-vm has.
STOPS = $(foreach n,1 2 3 4 5 6 7 8 9,stops-image@$(n)) stops-image@2-all stops@1 unplug@1 unplug@2 late-group-killed@all \
	late-group-killed@all-asked trial-cut@driver_override-2-panic trial-cut@driver_override-3-cut \
	trial-cut@bind-1-panic
check-stops:
	tests/tools/setup vm
	$(MAKE) all
	tests/vm/run-all $(STOPS)

# Machines and configurations drawn at random. FIRST is the number of the first.
N = 200
FIRST = 1
soak:
	tests/tools/setup demo
	$(MAKE) all
	tests/vm/soak $(N) $(FIRST)

# Images of real generators, with the Debian package installed.
check-generators-quick:
	tests/tools/setup generators
	$(MAKE) all
	$(if $(PACKAGED),,$(MAKE) deb)
	tests/generators/run-all --quick

check-generators:
	tests/tools/setup generators
	$(MAKE) all
	$(MAKE) deb
	tests/generators/run-all --all

# One command, one reboot, through each boot loader.
check-reboot:
	tests/tools/setup reboot
	$(MAKE) deb
	tests/reboot/run-all

# What to run between two edits.
quick:
	tests/tools/setup check
	$(MAKE) -j2 -s all unit-programs
	$(MAKE) -j2 -O check-unit check-plans

# The parts of check, the longest first, three at a time: most keep one processor busy, and
# that of completions waits for shells.
CHECK_PARTS = packages-quick generators-quick check plans leaks-quick completions unit bench hooks hostile set \
	files image fuzz man binary
PARTS := build/parts
part = tests/tools/part $(PARTS) $(1)
$(CHECK_PARTS:%=part-%): part-%:
	@$(call part,$*) $(MAKE) check-$*
# It installs the Debian package that the other one builds.
part-generators-quick: | part-packages-quick
part-generators-quick: export PACKAGED = yes

check:
	@mkdir -p build
	@rm -f $(PARTS)
	@$(call part,setup) tests/tools/setup check
	@$(call part,lint) tests/tools/lint --changed
	@$(call part,build) $(MAKE) -j2 -O check-programs
	@$(call part,dynamic) $(MAKE) -j2 -O LINK=dynamic all
	@$(call part,arm64) $(MAKE) -j2 -O HOST=aarch64-linux-gnu KEEP_BUILT=yes all
	@$(call part,trixie) $(MAKE) check-trixie
	@$(MAKE) -j3 -O $(CHECK_PARTS:%=part-%)
	@$(call part,vm) tests/vm/run-all --quick
	@tests/tools/part $(PARTS)

check-programs: all unit-programs $(UNIT_MUST_FAIL:%=$(U)/test_%)
	$(MAKE) replay-programs build/fuzz/replay/vfio-early

# Everything except fuzz and soak, which run for hours.
check-all: check
	$(MAKE) lint
	$(MAKE) check-leaks
	$(MAKE) check-packages
	$(MAKE) check-cross
	$(MAKE) check-trixie check-sid COMPILERS=clang
	$(MAKE) check-kernels
	$(MAKE) check-stops
	$(MAKE) check-generators
	$(MAKE) check-reboot

# How many system calls a boot may make: a count does not depend on the machine.
check-bench:
	$(MAKE) all
	tests/bench/run --check

bench:
	tests/tools/setup bench
	$(MAKE) all
	tests/bench/run

bench-list:
	tests/tools/setup bench
	$(MAKE) all
	tests/bench/list

demo:
	tests/tools/setup demo
	$(MAKE) all
	tests/tools/demo

-include $(OBJECTS:.o=.d)

.DELETE_ON_ERROR:
.PHONY: all install FORCE check-programs $(TASKS) $(CHECK_PARTS:%=part-%) setup-build setup-check setup-demo setup-bench setup-fuzz setup-generators setup-reboot
