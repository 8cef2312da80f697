// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sentences about refusals and ends. Those about failed steps are in
 * test_explain_failure.c, those about whole plans in tests/golden.
 */
#include "plan/explain.h"

#include <errno.h>
#include <string.h>

#include "machine.h"
#include "machine/module.h"
#include "plan/enum_names.h"
#include "unit.h"

static const struct function functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa),
	FUNCTION("0000:02:00.0", 0x030000, -1, 0x8086, 0x3e98, .driver = "i915"),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

#define CARD "vfio_early.devs=01:00.0"

static void test_forced(void **state)
{
	struct run *run =
		machine_plan(&machine, CARD " vfio_early.protect=01:00.1 "
					    "vfio_early.force=01:00.0,protected:10de:10fa");

	(void)state;
	assert_false(run->plan.groups[0].refused);
	assert_string_equal(explain_member(run, machine_member(&run->plan, "0000:01:00.1")),
			    "0000:01:00.1 10de:10fa group 1: none -> vfio-pci, forced by "
			    "'protected:10de:10fa' (command line:77) past the guard 'protected': "
			    "the host needs it (protect: '01:00.1', command line:44)");
	/* There is nothing to waive. */
	assert_string_equal(explain_member(run, machine_member(&run->plan, "0000:01:00.0")),
			    "0000:01:00.0 10de:1f91 group 1: nouveau -> vfio-pci");
	machine_forget(run);
}

static void test_newcomer(void **state)
{
	struct run *run = machine_plan(&machine, CARD " vfio_early.members=01:00.0@10de:1f91");

	(void)state;
	assert_string_equal(
		explain_refusal(run, &run->plan.groups[0]),
		"group 1 left to the host because of 0000:01:00.1 10de:10fa: it is new in its "
		"group: it is not in members (command line:44); to accept it: vfio-early pin "
		"--write; to take it anyway: vfio_early.force=newcomer:0000:01:00.1");
	machine_forget(run);
	run = machine_plan(&machine,
			   CARD " vfio_early.members=01:00.0@10de:1f91,01:00.1@10de:10f0");
	assert_string_equal(explain_refusal(run, &run->plan.groups[0]),
			    "group 1 left to the host because of 0000:01:00.1 10de:10fa: it sits "
			    "in the place of '01:00.1@10de:10f0', which is in members (command "
			    "line:44); to accept it: vfio-early pin --write; to take it anyway: "
			    "vfio_early.force=newcomer:0000:01:00.1");
	machine_forget(run);
}

static void test_claims(void **state)
{
	struct run *run = machine_run();

	(void)state;
	assert_int_equal(settings_read_cmdline(&run->settings, CARD " vfio_pci.ids=10de:1f91"), 0);
	assert_int_equal(settings_read_host(&run->settings, "host.conf",
					    "claimed = 0000:01:00.1  # driverctl, somehow\n"),
			 0);
	machine_survey(run, &machine);
	assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology), 0);
	assert_string_equal(
		explain_claim(run->arena, machine_member(&run->plan, "0000:01:00.0")),
		"0000:01:00.0 10de:1f91 is also claimed by vfio_pci.ids= on the kernel command "
		"line, which is no longer needed");
	assert_string_equal(explain_claim(run->arena, machine_member(&run->plan, "0000:01:00.1")),
			    "0000:01:00.1 10de:10fa is also claimed by driverctl, somehow, which "
			    "is no longer needed");
	assert_null(explain_claim(run->arena, machine_member(&run->plan, "0000:00:01.0")));
	machine_forget(run);
}

static void test_block(void **state)
{
	struct run *run = machine_plan(&machine, CARD);
	struct device bridge = *machine_member(&run->plan, "0000:00:01.0")->device;
	struct member member = { .device = &bridge };

	(void)state;
	bridge.driver = "shpchp";
	assert_string_equal(
		explain_block(run->arena, &member),
		"no virtual machine can open group 1 while its bridge 0000:00:01.0 is bound to "
		"shpchp: echo 0000:00:01.0 >/sys/bus/pci/drivers/shpchp/unbind");
	bridge.driver = "a b;\033c";
	assert_string_equal(
		explain_block(run->arena, &member),
		"no virtual machine can open group 1 while its bridge 0000:00:01.0 is bound to a "
		"b;?c: echo 0000:00:01.0 >/sys/bus/pci/drivers/'a b;?c'/unbind");
	machine_forget(run);
}

static const struct {
	enum iommu_state iommu;
	enum platform platform;
	const char *cmdline;
	const char *advice;
	const char *not_said; /* NULL for nothing */
} no_groups[] = {
	{ IOMMU_ON, PLATFORM_UNKNOWN, "", "if it is an integrated Intel GPU, add intel_iommu=on",
	  "dmesg" },
	{ IOMMU_OFF_INTEL, PLATFORM_INTEL, "", "add intel_iommu=on to the kernel command line",
	  "AMD" },
	{ IOMMU_ABSENT, PLATFORM_UNKNOWN, "", "turn on VT-d or AMD-Vi", NULL },
	{ IOMMU_ABSENT, PLATFORM_INTEL, "",
	  "turn on VT-d in the firmware setup, and add "
	  "intel_iommu=on",
	  "AMD" },
	{ IOMMU_ABSENT, PLATFORM_AMD, "", "turn on AMD-Vi (also called IOMMU)", "intel_iommu" },
	{ IOMMU_ABSENT, PLATFORM_ARM, "", "ACPI IORT", "VT-d" },
	{ IOMMU_ABSENT, PLATFORM_POWER, "", "in each PCI host bridge", "VT-d" },
	{ IOMMU_ABSENT, PLATFORM_TREE, "", "iommu-map", "VT-d" },
	{ IOMMU_OFF_VIRTIO, PLATFORM_INTEL, "", "virtio_pci and virtio_iommu", "VT-d" },
	{ IOMMU_OFF_INTEL, PLATFORM_INTEL, "intel_iommu=off",
	  "remove intel_iommu=off from the kernel command line", NULL },
	{ IOMMU_OFF_AMD, PLATFORM_AMD, "amd_iommu=off",
	  "remove amd_iommu=off from the kernel command line", NULL },
	{ IOMMU_OFF_AMD, PLATFORM_AMD, "iommu=off", "remove iommu=off from the kernel command line",
	  NULL },
};

static void test_no_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(no_groups); i++) {
		struct machine here = machine;
		struct text cmdline = { .used = 0 };
		struct run *run;
		const char *text;

		here.iommu = no_groups[i].iommu;
		here.platform = no_groups[i].platform;
		text_add(&cmdline, "%s vfio_early.devs=02:00.0", no_groups[i].cmdline);
		run = machine_plan(&here, cmdline.bytes);
		text = explain_refusal(run, &run->plan.groups[0]);
		check_clean(text);
		if (!strstr(text, no_groups[i].advice))
			fail_msg("'%s' is not in '%s'", no_groups[i].advice, text);
		if (no_groups[i].not_said && strstr(text, no_groups[i].not_said))
			fail_msg("'%s' is in '%s'", no_groups[i].not_said, text);
		/* Nothing waives it. */
		assert_null(explain_force(run, &run->plan.groups[0]));
		assert_null(strstr(text, "force"));
		machine_forget(run);
	}
}

/* Two functions of a card, one of them without a group, as only a driver brings it. */
static void test_late_group(void **state)
{
	static const struct function pair[] = {
		FUNCTION("0000:01:00.0", 0x010802, -1, 0x1b36, 0x0010),
		FUNCTION("0000:01:00.1", 0x020000, 1, 0x8086, 0x10d3, .driver = "e1000e"),
	};
	const struct machine late = { .functions = pair, .count = 2, .late_groups = true };
	static const struct {
		const char *cmdline;
		bool asked;
		const char *text;
	} rows[] = {
		{ "vfio_early.devs=01:00.0", false,
		  "0000:01:00.0 1b36:0010 left to the host: it has no IOMMU group yet, for this "
		  "kernel makes it when a driver is tried: group known only at boot" },
		{ "vfio_early.devs=01:00.0", true,
		  "0000:01:00.0 1b36:0010 left to the host: it has no IOMMU group yet, though the "
		  "kernel was asked for it: see its lines about IOMMU in dmesg" },
		{ "vfio_early.devs=01:00.1", false,
		  "group 1 left to the host because of 0000:01:00.1 8086:10d3: 0000:01:00.0 beside "
		  "it may join its group, and has none yet, for this kernel makes it when a driver "
		  "is tried: group known only at boot" },
		{ "vfio_early.devs=01:00.1", true,
		  "group 1 left to the host because of 0000:01:00.1 8086:10d3: 0000:01:00.0 beside "
		  "it may join its group, and has none yet, though the kernel was asked for it: "
		  "see "
		  "its lines about IOMMU in dmesg" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run *run = machine_plan(&late, rows[i].cmdline);

		run->groups_asked = rows[i].asked;
		check_text(rows[i].cmdline, explain_refusal(run, &run->plan.groups[0]),
			   rows[i].text);
		machine_forget(run);
	}
}

static void test_joined(void **state)
{
	struct run *run = machine_plan(&machine, CARD);
	struct planned_group *group = &run->plan.groups[0];
	struct text wanted = { .used = 0 };

	(void)state;
	group->failed = group->joined = true;
	group->joiner = (struct pci_address){ .bus = 3 };
	text_add(&wanted,
		 "group %d given back to the host: 0000:03:00.0 joined it after it was decided on",
		 group->number);
	assert_string_equal(explain_failure(run->arena, group), wanted.bytes);
	machine_forget(run);
}

static void test_force_adds_to_what_is_there(void **state)
{
	struct run *run = machine_plan(&machine, CARD " vfio_early.force=00:17.0 "
						      "vfio_early.protect=01:00.1,01:00.0");

	(void)state;
	assert_string_equal(explain_force(run, &run->plan.groups[0]),
			    "00:17.0,protected:0000:01:00.0,protected:0000:01:00.1");
	assert_non_null(strstr(explain_refusal(run, &run->plan.groups[0]),
			       "0000:01:00.0 10de:1f91 (and 1 more): "));
	machine_forget(run);
}

#define HOST "/etc/vfio-early.host.conf"

static const struct {
	const char *source, *text, *reason;
} needs[] = {
	{ HOST, "protect = 01:00.1@10de:10fa  # /, /boot (nvme0n1)\n",
	  "the host needs it for /, /boot (nvme0n1) (protect: '01:00.1@10de:10fa', " HOST
	  ":1:11); to take it anyway: vfio_early.force=protected:0000:01:00.1" },
	{ HOST, "\nprotect = 01:00.1\n",
	  "the host needs it (protect: '01:00.1', " HOST ":2:11); " },
	{ SETTINGS_SOURCE_HOST, "protect = 01:00.1  # swap (sda)\n",
	  "the host needs it for swap (sda) (protect: '01:00.1', this host); " },
	{ HOST, "protect = 09:00.0@10de:10fa  # / (nvme0n1)\n",
	  "a device with this id is missing from its place, and the host needs it for / (nvme0n1) "
	  "(protect: '09:00.0@10de:10fa', " HOST ":1:11); " },
};

/* Why the host needs a device, and where that is written. */
static void test_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		struct run *run = machine_run();
		const char *said;

		assert_int_equal(settings_read_cmdline(&run->settings, CARD), 0);
		assert_int_equal(settings_read_host(&run->settings, needs[i].source, needs[i].text),
				 0);
		machine_survey(run, &machine);
		assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology),
				 0);
		assert_true(run->plan.groups[0].refused);
		said = explain_refusal(run, &run->plan.groups[0]);
		if (!strstr(said, needs[i].reason))
			fail_msg("'%s' lacks '%s'", said, needs[i].reason);
		machine_forget(run);
	}
}

/* The word that a refusal tells to write waives it. */
static void test_force_works(void **state)
{
	struct run *run = machine_plan(&machine, "vfio_early.devs=01:00,!01:00.1 "
						 "vfio_early.protect=01:00.0");
	struct text cmdline = { .used = 0 };

	(void)state;
	assert_true(run->plan.groups[0].refused);
	text_add(&cmdline,
		 "vfio_early.devs=01:00,!01:00.1 vfio_early.protect=01:00.0 vfio_early.force=%s",
		 explain_force(run, &run->plan.groups[0]));
	machine_forget(run);
	run = machine_plan(&machine, cmdline.bytes);
	assert_false(run->plan.groups[0].refused);
	machine_forget(run);
}

static void test_summary(void **state)
{
	struct run *run = machine_plan(&machine, CARD ",02:00.0,03:00.0");

	(void)state;
	run->started = 1000000;
	run->finished = 3456789;
	assert_string_equal(explain_summary(run),
			    "2 devices taken, 1 group refused, 1 selector without a device to "
			    "take, in 2.456 ms");
	run->plan.groups[0].failed = true;
	assert_string_equal(explain_summary(run),
			    "0 devices taken, 1 group refused, 1 group given back, "
			    "1 selector without a device to take, in 2.456 ms");
	run->plan.groups[0].failed = false;
	run->settings.dry_run = true;
	assert_string_equal(explain_summary(run),
			    "dry run, nothing was touched: 2 devices would be taken, "
			    "1 group refused, 1 selector without a device to take, in 2.456 ms");
	run->settings.off = true;
	check_clean(explain_summary(run));
	assert_non_null(strstr(explain_summary(run), "nothing was touched"));
	run->settings.off = false;
	run->settings.in_boot = false;
	assert_string_equal(explain_summary(run),
			    "boot = nothing is set: nothing was touched; to take "
			    "devices again: vfio-early on");
	run->settings.in_boot = true;
	run->settings.devs.count = 0;
	check_clean(explain_summary(run));
	machine_forget(run);
}

static void test_ends(void **state)
{
	struct run *run = machine_plan(&machine, CARD);

	(void)state;
	run->phase = RUN_DONE;
	assert_null(explain_end(run));
	run->error = -EIO;
	check_clean(explain_end(run));
	run->error = 0;
	run->cut_off = true;
	run->phase = RUN_EXECUTE;
	check_clean(explain_end(run));
	/* Only if the worker had not begun. */
	assert_null(strstr(explain_end(run), "nothing was touched"));
	run->phase = RUN_SURVEY;
	assert_non_null(strstr(explain_end(run), "nothing was touched"));
	run->cut_off = false;
	run->phase = RUN_SETTINGS;
	run->error = -EBUSY;
	assert_non_null(strstr(explain_end(run), "another vfio-early"));
	machine_forget(run);
}

static void test_names(void **state)
{
	(void)state;
	for (enum refusal refusal = REFUSAL_NONE; refusal < REFUSAL_COUNT; refusal++)
		check_clean(refusal_name(refusal));
	for (enum step step = STEP_NONE; step <= STEP_READ_BACK; step++)
		check_clean(step_name(step));
	for (enum result result = RESULT_PENDING; result <= RESULT_STUCK; result++)
		check_clean(result_name(result));
	for (enum finding_kind kind = FINDING_ABSENT; kind <= FINDING_MISTYPED; kind++)
		check_clean(finding_name(kind));
}

static void test_module(void **state)
{
	struct planned_module module = { .name = "vfio_iommu_type1", .error = -ENOENT };
	struct run *run = machine_run();

	(void)state;
	check_clean(explain_module(run->arena, &module));
	module.error = MODULE_BLACKLISTED;
	check_clean(explain_module(run->arena, &module));
	assert_non_null(strstr(explain_module(run->arena, &module), "blacklisted"));
	machine_forget(run);
}

/* When memory runs out there is still a text, and no crash. */
static void test_no_memory(void **state)
{
	struct run *run =
		machine_plan(&machine, CARD ",02:00.0,03:00.0 vfio_early.protect=01:00.1");

	(void)state;
	for (size_t at = 1; at < 12; at++) {
		arena_fail_at(run->arena, at);
		check_clean(explain_refusal(run, &run->plan.groups[0]));
		arena_fail_at(run->arena, at);
		check_clean(explain_refusal(run, &run->plan.groups[1]));
		arena_fail_at(run->arena, at);
		check_clean(explain_finding(run->arena, &run->plan.findings[0]));
		arena_fail_at(run->arena, at);
		check_clean(explain_failure(run->arena, &run->plan.groups[0]));
		arena_fail_at(run->arena, at);
		check_clean(explain_summary(run));
	}
	arena_fail_at(run->arena, 0);
	machine_forget(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forced),
		cmocka_unit_test(test_newcomer),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_late_group),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_no_group),
		cmocka_unit_test(test_force_adds_to_what_is_there),
		cmocka_unit_test(test_force_works),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
