// SPDX-License-Identifier: GPL-2.0-or-later
/* Carries out scenarios after kexec: what no driver has is reset, each reset failing in turn. */
#include "boot/execute.h"

#include <errno.h>
#include <string.h>

#include "scenarios.h"
#include "unit.h"

static const struct {
	const char *scenario;
	const char *journal;
} kexec_journals[] = {
	/* Each before its override: one that does not come back is as it was. */
	{ "free card", "bus/pci/devices/0000:01:00.0/reset 1\n"
		       "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
		       "bus/pci/devices/0000:01:00.1/reset 1\n"
		       "bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
		       "load vfio-pci\n"
		       "load vfio_iommu_type1\n" },
	/* A display once nobody draws on it. */
	{ "framebuffer, probe fails",
	  "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
	  "bus/pci/devices/0000:01:00.1/reset 1\n"
	  "bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
	  "say 0000:01:00.0: the screen goes dark: the firmware framebuffer efi-framebuffer.0 "
	  "is released\n"
	  "bus/platform/drivers/efi-framebuffer/unbind efi-framebuffer.0\n"
	  "bus/pci/devices/0000:01:00.0/reset 1\n"
	  "load vfio-pci\n"
	  "load vfio_iommu_type1\n"
	  "bus/pci/devices/0000:01:00.1/driver_override -\n"
	  "bus/pci/drivers_probe 0000:01:00.1\n"
	  "bus/pci/drivers/vfio-pci/unbind 0000:01:00.0\n"
	  "bus/platform/drivers/efi-framebuffer/bind efi-framebuffer.0\n"
	  "bus/pci/devices/0000:01:00.0/driver_override -\n"
	  "bus/pci/drivers_probe 0000:01:00.0\n" },
	/* A driver has taken them over. */
	{ "all taken", "" },
	{ "two groups", "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
			"bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
			"bus/pci/devices/0000:02:00.0/driver_override vfio-pci\n"
			"load vfio-pci\n"
			"load vfio_iommu_type1\n"
			"bus/pci/drivers/nouveau/unbind 0000:01:00.0\n"
			"bus/pci/drivers/vfio-pci/bind 0000:01:00.0\n"
			"bus/pci/drivers/snd_hda_intel/unbind 0000:01:00.1\n"
			"bus/pci/drivers/vfio-pci/bind 0000:01:00.1\n"
			"bus/pci/drivers/mlx5_core/unbind 0000:02:00.0\n"
			"bus/pci/drivers/vfio-pci/bind 0000:02:00.0\n" },
};

static void test_kexec(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kexec_journals); i++) {
		const struct scenario *scenario = scenario_find(kexec_journals[i].scenario);
		struct text journal = { .used = 0 };
		struct execution execution = scenario_boot(scenario);
		struct run *run = machine_plan(scenario->machine, scenario->cmdline);

		execution.kexec = true;
		kernel.journal = &journal;
		execute(&run->plan, &execution);
		check_text(scenario->name, journal.bytes, kexec_journals[i].journal);
		outcome_check_groups(scenario->name, &run->plan, scenario->groups);
		machine_forget(run);
	}
}

/* Carries out a scenario after kexec, with a reset of the card's second function that fails. */
static struct run *execute_after_kexec(const char *name, int error, bool hangs, const char *groups)
{
	const struct scenario *scenario = scenario_find(name);
	struct execution execution = scenario_boot(scenario);
	struct run *run = machine_plan(scenario->machine, scenario->cmdline);

	execution.kexec = true;
	kernel_device("0000:01:00.1")->reset_error = error;
	kernel_device("0000:01:00.1")->reset_hangs = hangs;
	execute(&run->plan, &execution);
	outcome_check_groups(name, &run->plan, groups);
	return run;
}

/* Returns the group's last members, which are those that are taken. */
static const struct member *card(const struct run *run)
{
	const struct planned_group *group = &run->plan.groups[0];

	return group->members + group->count - 2;
}

static void test_kexec_fails(void **state)
{
	struct run *run = execute_after_kexec("free card", -ENOTTY, false, "1:taken,taken");
	const struct member *members = card(run);

	(void)state;
	assert_int_equal(members[0].reset, RESET_DONE);
	assert_int_equal(members[1].reset, RESET_FAILED);
	assert_int_equal(members[1].reset_error, -ENOTTY);
	machine_forget(run);
	run = execute_after_kexec("free card", -ENOENT, false, "1:taken,taken");
	members = card(run);
	assert_int_equal(members[1].reset, RESET_NO_WAY);
	machine_forget(run);
	/* One that was unbound was shut down; there is nothing to say of it. */
	run = execute_after_kexec("two groups", -EIO, false, "1:taken,taken 2:taken");
	members = card(run);
	assert_int_equal(members[0].reset, RESET_NOT_TRIED);
	assert_int_equal(members[1].reset, RESET_NOT_TRIED);
	machine_forget(run);
}

/* The kernel keeps the lock of a device that does not come back: nothing more is done to it. */
static void test_kexec_hangs(void **state)
{
	struct run *run = execute_after_kexec("built in and free", 0, true,
					      "!1:undone,left(reset -110) 2:taken");

	(void)state;
	assert_true(kernel_is_as_before(kernel_device("0000:01:00.0")));
	assert_true(kernel_is_as_before(kernel_device("0000:01:00.1")));
	machine_forget(run);
}

/*
 * Nor is one with a framebuffer, which has its override by then. (Loading vfio-pci would wait for
 * it, and so the whole run would run out of time.)
 */
static void test_kexec_display_hangs(void **state)
{
	const struct scenario *scenario = scenario_find("framebuffer, free");
	struct execution execution = scenario_boot(scenario);
	struct run *run = machine_plan(scenario->machine, scenario->cmdline);

	(void)state;
	execution.kexec = true;
	kernel_register("vfio-pci");
	kernel_device("0000:01:00.0")->reset_hangs = true;
	execute(&run->plan, &execution);
	outcome_check_groups(scenario->name, &run->plan, "!1:stuck(reset -110),undone 2:taken");
	machine_forget(run);
}

/* After kexec, too, a failing write undoes its own group, unless it was a reset. */
static void test_kexec_every_write_failing(void **state)
{
	size_t failures = 0;

	(void)state;
	for (size_t i = 0; i < scenario_count; i++) {
		const struct scenario *scenario = &scenarios[i];
		bool more = true;

		for (size_t at = 1; more; at++) {
			struct text name = { .used = 0 };
			struct execution execution = scenario_boot(scenario);
			struct run *run = machine_plan(scenario->machine, scenario->cmdline);

			execution.kexec = true;
			kernel.fail_at = at;
			kernel.fail_error = EIO;
			execute(&run->plan, &execution);
			more = kernel.writes >= at;
			text_add(&name, "%s after kexec, write %zu", scenario->name, at);
			outcome_check(name.bytes, &run->plan,
				      scenario->fails ? OUTCOME_STUCK : OUTCOME_WHOLE);
			failures += more;
			if (more && strstr(kernel.failed_path, "/reset"))
				outcome_check_groups(name.bytes, &run->plan, scenario->groups);
			machine_forget(run);
		}
	}
	assert_true(failures > 200);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kexec),
		cmocka_unit_test(test_kexec_fails),
		cmocka_unit_test(test_kexec_hangs),
		cmocka_unit_test(test_kexec_display_hangs),
		cmocka_unit_test(test_kexec_every_write_failing),
	};

	return cmocka_run_group_tests_name("execute_kexec", tests, NULL, NULL);
}
