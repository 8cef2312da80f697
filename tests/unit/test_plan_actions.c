// SPDX-License-Identifier: GPL-2.0-or-later
/* The actions that plan.c orders. What it decides is in test_plan.c. */
#include <errno.h>

#include "machine.h"
#include "plan/plan.h"
#include "unit.h"

/* Two cards with two functions each, one behind a bridge in its group. */
#define CARDS(driver_, override_, variant_)                                                       \
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1,                   \
		 .driver = "pcieport"),                                                           \
		FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = (driver_),        \
			 .override = (override_), .variant = (variant_)),                         \
		FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, .driver = "snd_hda_intel"), \
		FUNCTION("0000:02:00.0", 0x020000, 2, 0x15b3, 0x101e),                            \
		FUNCTION("0000:03:00.0", 0x010601, 3, 0x8086, 0xa352, .driver = "ahci"),          \
		FUNCTION("0000:03:00.1", 0x040300, 3, 0x8086, 0xa348, .driver = "snd_hda_intel")

static const struct function fresh_functions[] = { CARDS("nouveau", NULL, NULL) };
static const struct function overridden_functions[] = { CARDS("nouveau", "vfio-pci", NULL) };
static const struct function other_override_functions[] = { CARDS("nouveau", "none", NULL) };
static const struct function bound_functions[] = { CARDS("vfio-pci", NULL, NULL) };
static const struct function taken_functions[] = { CARDS("vfio-pci", "vfio-pci", NULL) };
static const struct function variant_functions[] = { CARDS(NULL, NULL, "mlx5_vfio_pci") };
static const struct machine fresh = MACHINE(fresh_functions, IOMMU_ON);
static const struct machine overridden = MACHINE(overridden_functions, IOMMU_ON);
static const struct machine other_override = MACHINE(other_override_functions, IOMMU_ON);
static const struct machine bound = MACHINE(bound_functions, IOMMU_ON);
static const struct machine taken = MACHINE(taken_functions, IOMMU_ON);
static const struct machine variant = MACHINE(variant_functions, IOMMU_ON);

static const struct {
	const struct machine *machine;
	const char *cmdline;
	const char *actions;
} rows[] = {
	{ &fresh, "", "" },
	{ &fresh, "vfio_early.devs=01:00.0",
	  "override 01:00.0 vfio-pci, override 01:00.1 vfio-pci, load vfio-pci, "
	  "load vfio_iommu_type1 if it can be, bind 01:00.0 vfio-pci, bind 01:00.1 vfio-pci" },
	/* All overrides of all groups, then all modules, then all binds. */
	{ &fresh, "vfio_early.devs=02:00.0,01:00.0",
	  "override 01:00.0 vfio-pci, override 01:00.1 vfio-pci, override 02:00.0 vfio-pci, "
	  "load vfio-pci, load vfio_iommu_type1 if it can be, "
	  "bind 01:00.0 vfio-pci, bind 01:00.1 vfio-pci, bind 02:00.0 vfio-pci" },
	/* A refused group gets no action, and no module for its sake. */
	{ &fresh, "vfio_early.devs=03:00.1", "" },
	{ &fresh, "vfio_early.devs=03:00.1,02:00.0",
	  "override 02:00.0 vfio-pci, load vfio-pci, load vfio_iommu_type1 if it can be, "
	  "bind 02:00.0 vfio-pci" },
	{ &fresh, "vfio_early.devs=00:01.0", "" },
	/* Steps already done are left out, member by member. */
	{ &overridden, "vfio_early.devs=01:00.0",
	  "override 01:00.1 vfio-pci, load vfio-pci, load vfio_iommu_type1 if it can be, "
	  "bind 01:00.0 vfio-pci, bind 01:00.1 vfio-pci" },
	{ &other_override, "vfio_early.devs=01:00.0",
	  "override 01:00.0 vfio-pci, override 01:00.1 vfio-pci, load vfio-pci, "
	  "load vfio_iommu_type1 if it can be, bind 01:00.0 vfio-pci, bind 01:00.1 vfio-pci" },
	{ &bound, "vfio_early.devs=01:00.0",
	  "override 01:00.0 vfio-pci, override 01:00.1 vfio-pci, load vfio-pci, "
	  "load vfio_iommu_type1 if it can be, bind 01:00.1 vfio-pci" },
	{ &taken, "vfio_early.devs=01:00.0",
	  "override 01:00.1 vfio-pci, load vfio-pci, load vfio_iommu_type1 if it can be, "
	  "bind 01:00.1 vfio-pci" },
	/* Other drivers. */
	{ &fresh, "vfio_early.devs=01:00.0 vfio_early.driver=pci-stub",
	  "override 01:00.0 pci-stub, override 01:00.1 pci-stub, load pci-stub, "
	  "bind 01:00.0 pci-stub, bind 01:00.1 pci-stub" },
	{ &taken, "vfio_early.devs=01:00.0 vfio_early.driver=pci-stub",
	  "override 01:00.0 pci-stub, override 01:00.1 pci-stub, load pci-stub, "
	  "bind 01:00.0 pci-stub, bind 01:00.1 pci-stub" },
	{ &fresh, "vfio_early.devs=02:00.0 vfio_early.driver=auto",
	  "override 02:00.0 vfio-pci, load vfio-pci, load vfio_iommu_type1 if it can be, "
	  "bind 02:00.0 vfio-pci" },
	/* With auto, each function gets its own driver, and each module is loaded once. */
	{ &variant, "vfio_early.devs=01:00.0,02:00.0 vfio_early.driver=auto",
	  "override 01:00.0 mlx5_vfio_pci, override 01:00.1 vfio-pci, "
	  "override 02:00.0 vfio-pci, load mlx5_vfio_pci, load vfio-pci, "
	  "load vfio_iommu_type1 if it can be, bind 01:00.0 mlx5_vfio_pci, "
	  "bind 01:00.1 vfio-pci, bind 02:00.0 vfio-pci" },
	/* A variant found is not used unless asked for. */
	{ &variant, "vfio_early.devs=02:00.0,01:00.0",
	  "override 01:00.0 vfio-pci, override 01:00.1 vfio-pci, override 02:00.0 vfio-pci, "
	  "load vfio-pci, load vfio_iommu_type1 if it can be, bind 01:00.0 vfio-pci, "
	  "bind 01:00.1 vfio-pci, bind 02:00.0 vfio-pci" },
};

/* Writes an action with everything it points to, which must fit together. */
static void render(struct plan *plan, const struct action *action, struct text *text)
{
	char address[PCI_ADDRESS_SIZE];

	if (action->kind == ACTION_LOAD) {
		assert_null(action->group);
		assert_null(action->member);
		assert_true(action->module >= plan->modules &&
			    action->module < plan->modules + plan->module_count);
		text_add(text, "load %s%s", action->module->name,
			 action->module->required ? "" : " if it can be");
		return;
	}
	assert_null(action->module);
	assert_true(action->group >= plan->groups &&
		    action->group < plan->groups + plan->group_count);
	assert_true(action->member >= action->group->members &&
		    action->member < action->group->members + action->group->count);
	text_add(text, "%s %s %s", action->kind == ACTION_OVERRIDE ? "override" : "bind",
		 pci_address_format(&action->member->device->address, address) + 5,
		 action->member->driver);
}

static void test_actions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run *run = machine_plan(rows[i].machine, rows[i].cmdline);
		struct text text = { .used = 0 };

		for (size_t j = 0; j < run->plan.action_count; j++) {
			text_add(&text, "%s", j ? ", " : "");
			render(&run->plan, &run->plan.actions[j], &text);
		}
		check_text(rows[i].cmdline, text.bytes, rows[i].actions);
		machine_forget(run);
	}
}

/* A plan with nothing left to do has no action. */
static void test_nothing_to_do(void **state)
{
	static const struct function functions[] = {
		FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "vfio-pci",
			 .override = "vfio-pci"),
		FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, .driver = "vfio-pci",
			 .override = "vfio-pci"),
	};
	static const struct machine machine = MACHINE(functions, IOMMU_ON);
	struct run *run = machine_plan(&machine, "vfio_early.devs=01:00");

	(void)state;
	assert_int_equal(run->plan.group_count, 1);
	assert_false(run->plan.groups[0].refused);
	assert_int_equal(run->plan.action_count, 0);
	assert_int_equal(run->plan.module_count, 0);
	machine_forget(run);
}

/* Names the selector that lists a member, and the one that protects or excludes it. */
static void test_selectors_are_named(void **state)
{
	struct run *run = machine_plan(&fresh, "vfio_early.devs=class:02,01:00.1,!02:00.0,10de:* "
					       "vfio_early.protect=01:00.1");

	(void)state;
	assert_string_equal(machine_member(&run->plan, "0000:01:00.0")->selector->text, "10de:*");
	assert_string_equal(machine_member(&run->plan, "0000:01:00.1")->selector->text, "01:00.1");
	assert_ptr_equal(machine_member(&run->plan, "0000:01:00.1")->blame,
			 &run->settings.protect.items[0]);
	assert_null(machine_member(&run->plan, "0000:00:01.0")->selector);
	machine_forget(run);
	run = machine_plan(&fresh, "vfio_early.devs=01:00,!10de:10fa");
	assert_string_equal(machine_member(&run->plan, "0000:01:00.1")->blame->text, "!10de:10fa");
	assert_string_equal(machine_member(&run->plan, "0000:01:00.1")->selector->text, "01:00");
	machine_forget(run);
	run = machine_plan(&fresh, "vfio_early.devs=01:00.0");
	assert_null(machine_member(&run->plan, "0000:01:00.1")->selector);
	machine_forget(run);
}

static void test_picks(void **state)
{
	static const struct {
		const char *devs;
		bool picked; /* 0000:01:00.0 10de:1f91 */
	} picks[] = {
		{ "01:00.0", true },
		{ "10de:1f91", true },
		{ "01:00.0@10de:1f91", true },
		{ "01:00.0@10de:1f92", false },
		{ "01:00.1", false },
		{ "!01:00.0", false },
		{ "01:00.0,!01:00.0", false },
		{ "01:00.0,!01:00.0@10de:1f92", false },
		{ "01:00.0@10de:1f92,class:03", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(picks); i++) {
		struct text cmdline = { .used = 0 };
		struct run *run;

		text_add(&cmdline, "vfio_early.devs=%s", picks[i].devs);
		run = machine_plan(&fresh, cmdline.bytes);
		check_number(picks[i].devs,
			     plan_picks(&run->settings, &run->topology, &run->topology.devices[1]),
			     picks[i].picked);
		machine_forget(run);
	}
}

static void test_no_memory(void **state)
{
	struct run *run = machine_plan(&fresh, "vfio_early.devs=01:00.0,0a:00.0");
	bool failed;
	size_t at = 0;

	(void)state;
	do {
		struct plan plan;
		int result;

		arena_fail_at(run->arena, ++at);
		result = plan_make(&plan, run->arena, &run->settings, &run->topology);
		failed = arena_fail_at(run->arena, 0);
		assert_int_equal(result, failed ? -ENOMEM : 0);
	} while (failed);
	assert_int_equal(at, 7);
	machine_forget(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_nothing_to_do),
		cmocka_unit_test(test_selectors_are_named),
		cmocka_unit_test(test_picks),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("plan_actions", tests, NULL, NULL);
}
