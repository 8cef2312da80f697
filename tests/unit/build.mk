# SPDX-License-Identifier: GPL-2.0-or-later
# build.mk for tests/unit: one cmocka program for each module under test, linked with only
# what that module calls, under the address and the undefined behaviour sanitizers.

UNIT_CC = gcc
UNIT_CFLAGS = -g1 -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

U := build/unit
UNIT := tests/unit

UNIT_TESTS := address arena ask attached beneath changeset claim cmdline config config_edit confirms \
	cpio_writer cpio_reader deadline decompress elf_file embed execute execute_cut execute_kexec explain explain_failure file_lock \
	file_replace firmware_display framebuffer grub_record held_signals host host_console host_fstab \
	host_keyboard host_list host_many host_network host_path host_storage host_unlock \
	host_volume in_use in_use_block in_use_node depmod_index init iommu textfile json_writer json_reader kexec libvirt_domain links module_loader lock log modalias \
	module_options modprobe_conf mountinfo musl_parts options other_setup \
	plan plan_actions plan_guard platform process regenerate release report run selector settings settings_host settings_profile \
	settings_places supervise supervise_task survey sysfs terminal text topology traits trial trial_grub trial_record trial_watch uki up

# Modules often linked together.
unit_settings := text settings profile settings_file settings_problem settings_cmdline refusal suggest claim selector address hex cmdline
unit_plan := plan guard findings picks leftover topology $(unit_settings)
unit_host := needs search block_name path needs_text storage mount network zpool keyboard \
	claims modprobe_conf process file_replace fstab journal volume console unlock \
	mountinfo beneath textfile sysfs deadline $(unit_settings)
unit_run := run deadline $(unit_plan)

# For each test: the modules of src/ that it links, the helpers of this directory besides
# unit.c, and the functions that it replaces.
unit_src_address = address hex
unit_src_arena = arena
unit_src_ask = ask binding device deadline log $(unit_plan)
unit_lib_ask = strict_arena machine kernel_model kernel_sysfs
unit_wrap_ask = $(unit_wrap_execute)
unit_src_attached = attached sysfs address hex
unit_lib_attached = strict_arena scratch
unit_src_beneath = beneath file_replace
unit_lib_beneath = scratch
unit_src_cmdline = cmdline
unit_grub_record := grub_record process deadline textfile arena
unit_src_confirms = confirms $(unit_grub_record)
unit_lib_confirms = scratch
unit_src_config_edit = config_edit $(unit_settings)
unit_lib_config_edit = strict_arena
unit_src_changeset = changeset regenerate process deadline file_replace textfile config_edit $(unit_settings)
unit_lib_changeset = strict_arena scratch
unit_src_cpio_writer = cpio_writer
unit_lib_cpio_writer = strict_arena
unit_src_cpio_reader = cpio_reader cpio_writer
unit_lib_cpio_reader = strict_arena
unit_src_claim = claim selector address hex
unit_src_config = config file_replace textfile $(unit_settings)
unit_lib_config = strict_arena scratch
unit_wrap_config = geteuid fstat
unit_src_deadline = deadline
unit_src_decompress = decompress process deadline
unit_lib_decompress = scratch
unit_src_elf_file = elf_file
unit_src_embed = embed confirms grub_record process modprobe_conf mountinfo iommu sysfs needs_list config beneath file_replace file_lock deadline textfile $(unit_settings)
unit_lib_embed = strict_arena scratch
unit_src_execute = execute undo member binding device deadline log $(unit_plan)
unit_lib_execute = strict_arena machine kernel_model kernel_sysfs scenarios outcome
unit_wrap_execute = log_line sysfs_write sysfs_write_file sysfs_read sysfs_read_link_name sysfs_exists sysfs_list \
	deadline_call
unit_src_execute_cut = $(unit_src_execute)
unit_lib_execute_cut = $(unit_lib_execute)
unit_wrap_execute_cut = $(unit_wrap_execute)
unit_src_execute_kexec = $(unit_src_execute)
unit_lib_execute_kexec = $(unit_lib_execute)
unit_wrap_execute_kexec = $(unit_wrap_execute)
unit_src_explain = held_signals explain explain_run explain_failure explain_finding explain_leftover enum_names $(unit_run)
unit_lib_explain = strict_arena machine
unit_src_explain_failure = $(unit_src_explain)
unit_lib_explain_failure = $(unit_lib_explain)
unit_src_file_lock = file_lock deadline text arena
unit_lib_file_lock = scratch
unit_src_file_replace = file_replace
unit_lib_file_replace = scratch
unit_src_firmware_display = firmware_display framebuffer device textfile sysfs text address hex
unit_lib_firmware_display = strict_arena scratch
unit_src_framebuffer = framebuffer textfile sysfs address hex arena
unit_lib_framebuffer = scratch
unit_src_held_signals = held_signals
unit_src_grub_record = $(unit_grub_record)
unit_lib_grub_record = scratch
unit_src_host = $(unit_host)
unit_lib_host = strict_arena scratch host_tree
unit_src_host_list = needs_list config beneath file_replace file_lock deadline textfile $(unit_settings)
unit_lib_host_list = strict_arena scratch
unit_wrap_host_list = geteuid fstat
unit_src_host_console = $(unit_host)
unit_lib_host_console = $(unit_lib_host)
unit_src_host_fstab = $(unit_host)
unit_lib_host_fstab = $(unit_lib_host)
unit_src_host_keyboard = $(unit_host)
unit_lib_host_keyboard = $(unit_lib_host)
unit_src_host_many = $(unit_src_in_use) arena
unit_lib_host_many = scratch host_tree
unit_src_host_network = $(unit_host)
unit_lib_host_network = $(unit_lib_host)
unit_src_host_path = $(unit_host)
unit_lib_host_path = $(unit_lib_host)
unit_src_host_storage = $(unit_host)
unit_lib_host_storage = $(unit_lib_host)
unit_src_host_unlock = $(unit_host)
unit_lib_host_unlock = $(unit_lib_host)
unit_src_host_volume = $(unit_host)
unit_lib_host_volume = $(unit_lib_host)
unit_src_in_use = in_use in_use_block in_use_node open_files node framebuffer $(unit_host)
unit_lib_in_use = $(unit_lib_host) in_use_tree
unit_src_in_use_block = $(unit_src_in_use)
unit_lib_in_use_block = $(unit_lib_in_use)
unit_src_in_use_node = $(unit_src_in_use)
unit_lib_in_use_node = $(unit_lib_in_use)
unit_src_depmod_index = depmod_index
unit_src_iommu = iommu sysfs
unit_lib_iommu = scratch
unit_src_init = init deadline log text arena
unit_src_textfile = textfile
unit_lib_textfile = strict_arena scratch
unit_src_json_writer = json_writer text address hex arena
unit_lib_json_writer = strict_json
unit_src_json_reader = json_reader json_writer text address hex
unit_lib_json_reader = strict_arena
unit_src_kexec = kexec textfile
unit_lib_kexec = strict_arena scratch
unit_src_libvirt_domain = libvirt_domain address hex
unit_lib_libvirt_domain = strict_arena
unit_src_links = links beneath file_replace mountinfo textfile sysfs
unit_lib_links = strict_arena scratch
unit_src_other_setup = other_setup other_modprobe other_modules other_script other_machine other_parameter \
	libvirt_domain boot_loader kernel_install kernels flavour boot_entries grub_words uki root beneath file_replace textfile modprobe_conf mountinfo $(unit_settings)
unit_lib_other_setup = strict_arena scratch
unit_src_module_loader = module_loader deadline
unit_wrap_module_loader = fork
unit_src_lock = lock deadline
unit_lib_lock = scratch
unit_src_log = log text arena
unit_wrap_log = openat close write mknod unlink
unit_src_modalias = modalias address hex
unit_src_modprobe_conf = modprobe_conf textfile
unit_lib_modprobe_conf = strict_arena scratch
unit_src_module_options = module_options cmdline
unit_src_mountinfo = mountinfo
unit_lib_mountinfo = strict_arena
unit_src_options = options text arena
unit_src_plan = $(unit_plan)
unit_lib_plan = strict_arena machine plan_text
unit_src_plan_actions = $(unit_plan)
unit_lib_plan_actions = strict_arena machine
unit_src_plan_guard = $(unit_plan)
unit_lib_plan_guard = $(unit_lib_plan)
unit_src_platform = platform sysfs
unit_lib_platform = scratch
unit_src_process = process deadline
unit_src_regenerate = regenerate process deadline
unit_lib_regenerate = scratch
unit_src_release = release execute undo member binding device deadline log json_writer $(unit_plan)
unit_lib_release = strict_arena strict_json machine kernel_model kernel_sysfs
unit_wrap_release = $(unit_wrap_execute) in_use_find_machine explain_finding
unit_src_report = held_signals report report_text explain_kept picks terminal device explain explain_run explain_failure explain_finding explain_leftover enum_names json_writer json_device $(unit_run)
unit_lib_report = strict_arena strict_json machine scratch
unit_wrap_report = log_line log_text mkdir
unit_src_run = held_signals $(unit_run) arena
unit_lib_run = machine
# The worker shares the real arena with its watcher.
unit_src_supervise = supervise worker trial trial_record efi_variable held_signals log sysfs $(unit_run) arena
unit_lib_supervise = machine supervised
unit_src_supervise_task = $(unit_src_supervise)
unit_lib_supervise_task = $(unit_lib_supervise)
unit_src_selector = selector address hex
unit_src_settings = $(unit_settings)
unit_lib_settings = strict_arena settings_text
unit_src_settings_host = $(unit_settings)
unit_lib_settings_host = strict_arena settings_text
unit_src_settings_profile = $(unit_settings)
unit_lib_settings_profile = strict_arena settings_text
unit_src_settings_places = $(unit_settings)
unit_lib_settings_places = strict_arena settings_text
unit_src_survey = survey survey_display platform sysfs $(unit_plan)
unit_lib_survey = strict_arena machine surveyed
unit_wrap_survey = uname
unit_src_sysfs = sysfs
unit_lib_sysfs = scratch
unit_wrap_sysfs = write
unit_src_trial = trial trial_record efi_variable held_signals log $(unit_run) arena
unit_lib_trial = machine scratch
unit_wrap_trial = access uname trial_record_open trial_record_boot
unit_src_trial_record = trial_record efi_variable
unit_lib_trial_record = scratch
unit_src_terminal = terminal text arena
unit_wrap_terminal = isatty ioctl
unit_src_text = text
unit_lib_text = strict_arena
unit_src_traits = traits device sysfs text address hex
unit_lib_traits = strict_arena scratch
unit_src_topology = topology address hex
unit_lib_topology = strict_arena
unit_src_trial_grub = trial_grub trial_end grub_record trial_marker trial_record efi_variable enum_names \
	process deadline text $(unit_src_links) arena
unit_lib_trial_grub = scratch
unit_wrap_trial_grub = trial_record_open
unit_src_trial_watch = trial_watch trial_end trial_grub grub_record textfile trial_marker trial_reboot trial_record efi_variable enum_names \
	held_signals $(unit_src_up) arena
unit_lib_trial_watch = scratch
unit_wrap_trial_watch = trial_record_open
unit_src_uki = uki
unit_src_up = up process deadline text $(unit_src_links)
unit_lib_up = strict_arena scratch

# Fails on purpose: by an assertion, and by an error that only a sanitizer sees.
UNIT_MUST_FAIL := must_fail

unit_comma := ,

define unit_program
$(U)/test_$(1): $(U)/test/test_$(1).o $(U)/test/unit.o \
		$(foreach module,$(unit_src_$(1)),$(patsubst $(SRC)/%.c,$(U)/src/%.o,$(wildcard $(SRC)/*/$(module).c))) \
		$(patsubst %,$(U)/test/%.o,$(unit_lib_$(1)))
	$$(call say,LINK,$$@)
	$$(Q)$$(UNIT_CC) $$(UNIT_CFLAGS) $(patsubst %,-Wl$(unit_comma)--wrap=%,$(unit_wrap_$(1))) \
		-o $$@ $$^ -lcmocka
endef
$(foreach test,$(UNIT_TESTS) $(UNIT_MUST_FAIL),$(eval $(call unit_program,$(test))))

$(U)/src/%.o: $(SRC)/%.c $(UNIT)/build.mk | $(THIRD_PARTY_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(UNIT_CC) $(PROGRAM_FLAGS) $(THIRD_PARTY_CPPFLAGS) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@

$(U)/test/%.o: $(UNIT)/%.c $(UNIT)/build.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(UNIT_CC) $(PROGRAM_FLAGS) $(UNIT_CFLAGS) -I$(UNIT) -MMD -MP -c $< -o $@

unit-programs: $(UNIT_TESTS:%=$(U)/test_%)

check-unit: unit-programs $(UNIT_MUST_FAIL:%=$(U)/test_%)
	$(Q)$(UNIT)/run $(UNIT_TESTS:%=$(U)/test_%) --must-fail $(UNIT_MUST_FAIL:%=$(U)/test_%)

-include $(wildcard $(U)/src/*.d $(U)/src/*/*.d $(U)/test/*.d)
