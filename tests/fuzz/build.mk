# SPDX-License-Identifier: GPL-2.0-or-later
# build.mk for tests/fuzz: each target is built twice, as a libFuzzer program that looks
# for inputs that break it, and as a program that runs known inputs, with any compiler.
# All of src/ but the commands is linked, with libkmod and libpci from source, under the
# sanitizers.

FUZZ_CC = clang
FUZZ_CFLAGS = -g -O1 -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

# How long each target is fuzzed, and which targets.
SECONDS = 60
TARGET = $(FUZZ_TARGETS)

FUZZ := tests/fuzz
FUZZ_TARGETS := cmdline config selector sysfs module mountinfo embed initramfs json edit
FUZZ_MUST_FAIL := must_fail

# The unit tests' arena allocates with malloc(3), so that overruns show.
fuzz_src := $(filter-out lib/arena boot/cmd_% command/cmd_%,$(patsubst $(SRC)/%.c,%,$(wildcard $(SRC)/*/*.c)) commands)
fuzz_lib := fuzz tree tree_line plan_check
fuzz_unit := strict_arena strict_json unit
fuzz_wrap_module := init_module syscall system

# Third-party code has its own idea of undefined behaviour.
fuzz_third_party_flags = $(filter-out -fsanitize=%,$(1)) \
	$(if $(findstring fuzzer-no-link,$(1)),-fsanitize=address$(unit_comma)fuzzer-no-link,-fsanitize=address)

# fuzz_flavour DIRECTORY,COMPILER,FLAGS,FLAGS OF LINKING,MAIN,DIRECTORY OF SRC'S OBJECTS
define fuzz_flavour
$(1)/fuzz/%.o: $(FUZZ)/%.c $(FUZZ)/build.mk | $(THIRD_PARTY_HEADERS)
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$(2) $$(PROGRAM_FLAGS) $$(THIRD_PARTY_CPPFLAGS) $(3) -I$(UNIT) -MMD -MP \
		-c $$< -o $$@

$(1)/unit/%.o: $(UNIT)/%.c $(FUZZ)/build.mk
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$(2) $$(PROGRAM_FLAGS) $(3) -I$(UNIT) -MMD -MP -c $$< -o $$@

$(foreach library,$(THIRD_PARTY),$(call fuzz_library,$(1),$(2),$(call \
	fuzz_third_party_flags,$(3)),$(library)))

$(1)/common.a: $(fuzz_src:%=$(6)/%.o) $(fuzz_lib:%=$(1)/fuzz/%.o) $(fuzz_unit:%=$(1)/unit/%.o) \
		$(foreach library,$(THIRD_PARTY),$($(library)_SOURCES:%.c=$(1)/$(library)/%.o))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@
	$$(Q)$(AR) rcs $$@ $$^

$(foreach target,$(FUZZ_TARGETS) $(FUZZ_MUST_FAIL),$(call fuzz_program,$(1),$(2),$(3) \
	$(4),$(target),$(5)))

# The program itself. It links its own arena before the tests' one, which is then left
# out.
$(1)/vfio-early: $(patsubst $(SRC)/%.c,$(6)/%.o,$(wildcard $(addprefix $(SRC)/,main.c lib/arena.c */cmd_*.c))) \
		$(1)/common.a
	$$(call say,LINK,$$@)
	$$(Q)$(2) $(3) -o $$@ $$^
-include $(wildcard $(1)/*/*.d)
endef

# fuzz_library DIRECTORY,COMPILER,FLAGS,LIBRARY
define fuzz_library
$(1)/$(4)/%.o: third-party/config/$(4).h $(FUZZ)/build.mk | $(TP_UNPACKED) $(THIRD_PARTY_HEADERS)
	@mkdir -p $$(@D)
	$$(call say,CC,$(4)/$$*.c)
	$$(Q)$(2) -std=gnu11 -w -D_GNU_SOURCE= -DNDEBUG $(TP_COMPAT:%=-include third-party/config/%) \
		-include third-party/config/$(4).h \
		$($(4)_CPPFLAGS) $(3) -c $(TP_SRC)/$(4)/$$*.c -o $$@

endef

# fuzz_program DIRECTORY,COMPILER,FLAGS,TARGET,MAIN
define fuzz_program
$(1)/$(4): $(1)/fuzz/fuzz_$(4).o $(5:%=$(1)/%) $(1)/common.a
	$$(call say,LINK,$$@)
	$$(Q)$(2) $(3) $(patsubst %,-Wl$(unit_comma)--wrap=%,$(fuzz_wrap_$(4))) -o $$@ $$^ -lcmocka

endef

build/fuzz/seek/src/%.o: $(SRC)/%.c $(FUZZ)/build.mk | $(THIRD_PARTY_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(FUZZ_CC) $(PROGRAM_FLAGS) $(THIRD_PARTY_CPPFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@
-include $(wildcard build/fuzz/seek/src/*.d build/fuzz/seek/src/*/*.d)

# The unit tests have the objects of src that replay needs.
ifneq ($(THIRD_PARTY),)
$(eval $(call fuzz_flavour,build/fuzz/seek,$(FUZZ_CC),$(FUZZ_CFLAGS),-fsanitize=fuzzer,,build/fuzz/seek/src))
$(eval $(call fuzz_flavour,build/fuzz/replay,$(UNIT_CC),$(UNIT_CFLAGS),,fuzz/replay.o,$(U)/src))
endif

# These need the third-party builds, which are known only where they are built.
fuzz-programs: $(TARGET:%=build/fuzz/seek/%) $(TARGET:%=build/fuzz/replay/%)
replay-programs: $(FUZZ_TARGETS:%=build/fuzz/replay/%) $(FUZZ_MUST_FAIL:%=build/fuzz/replay/%)

fuzz:
	tests/tools/setup fuzz
	$(MAKE) fuzz-programs TARGET='$(TARGET)'
	$(FUZZ)/run build/fuzz $(SECONDS) $(TARGET)

check-fuzz:
	$(MAKE) replay-programs
	$(FUZZ)/check build/fuzz/replay $(FUZZ_TARGETS)
