// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Carries out every scenario on kernel_model.c, with each single write failing and with
 * all writes failing from some point on: each group is taken as a whole, or is as before,
 * or the plan says what is not.
 */
#include "boot/execute.h"
#include "boot/undo.h"

#include <errno.h>
#include <string.h>

#include "scenarios.h"
#include "unit.h"

static void test_scenarios(void **state)
{
	(void)state;
	for (size_t i = 0; i < scenario_count; i++) {
		struct execution execution = scenario_boot(&scenarios[i]);
		struct run *run = machine_plan(scenarios[i].machine, scenarios[i].cmdline);

		execute(&run->plan, &execution);
		outcome_check(scenarios[i].name, &run->plan,
			      scenarios[i].stuck ? OUTCOME_STUCK : OUTCOME_WHOLE);
		outcome_check_groups(scenarios[i].name, &run->plan, scenarios[i].groups);
		machine_forget(run);
	}
}

static const struct {
	const char *scenario;
	const char *journal;
} journals[] = {
	/* All overrides of all groups come before the first module and before the first unbind. */
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
	/* Loading binds free devices. */
	{ "free card", "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
		       "bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
		       "load vfio-pci\n"
		       "load vfio_iommu_type1\n" },
	{ "built in and free", "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
			       "bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
			       "bus/pci/devices/0000:02:00.0/driver_override vfio-pci\n"
			       "load vfio_iommu_type1\n"
			       "bus/pci/drivers/vfio-pci/bind 0000:01:00.0\n"
			       "bus/pci/drivers/vfio-pci/bind 0000:01:00.1\n"
			       "bus/pci/drivers/vfio-pci/bind 0000:02:00.0\n" },
	/* Before anything is bound, with the overrides set; restored if it was in vain. */
	{ "framebuffer, no module",
	  "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
	  "bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
	  "say 0000:01:00.0: the screen goes dark: the firmware framebuffer efi-framebuffer.0 "
	  "is released\n"
	  "bus/platform/drivers/efi-framebuffer/unbind efi-framebuffer.0\n"
	  "load vfio-pci\n"
	  "bus/pci/devices/0000:01:00.1/driver_override -\n"
	  "bus/platform/drivers/efi-framebuffer/bind efi-framebuffer.0\n"
	  "bus/pci/devices/0000:01:00.0/driver_override -\n" },
	{ "all taken", "" },
	/* In reverse; a newline clears. */
	{ "no module", "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
		       "bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
		       "bus/pci/devices/0000:02:00.0/driver_override vfio-pci\n"
		       "load vfio-pci\n"
		       "bus/pci/devices/0000:01:00.1/driver_override -\n"
		       "bus/pci/devices/0000:01:00.0/driver_override -\n"
		       "bus/pci/devices/0000:02:00.0/driver_override -\n" },
	{ "probe fails, override none, bound",
	  "bus/pci/devices/0000:01:00.0/driver_override vfio-pci\n"
	  "bus/pci/devices/0000:01:00.1/driver_override vfio-pci\n"
	  "bus/pci/devices/0000:02:00.0/driver_override vfio-pci\n"
	  "load vfio-pci\n"
	  "load vfio_iommu_type1\n"
	  "bus/pci/drivers/nouveau/unbind 0000:01:00.0\n"
	  "bus/pci/drivers/vfio-pci/bind 0000:01:00.0\n"
	  "bus/pci/devices/0000:01:00.1/driver_override none\n"
	  "bus/pci/drivers/vfio-pci/unbind 0000:01:00.0\n"
	  "bus/pci/devices/0000:01:00.0/driver_override -\n"
	  "bus/pci/drivers/nouveau/bind 0000:01:00.0\n"
	  "bus/pci/devices/0000:01:00.0/driver_override none\n"
	  "bus/pci/drivers/mlx5_core/unbind 0000:02:00.0\n"
	  "bus/pci/drivers/vfio-pci/bind 0000:02:00.0\n" },
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(journals); i++) {
		const struct scenario *scenario = scenario_find(journals[i].scenario);
		struct text journal = { .used = 0 };
		struct execution execution = scenario_boot(scenario);
		struct run *run = machine_plan(scenario->machine, scenario->cmdline);

		kernel.journal = &journal;
		execute(&run->plan, &execution);
		check_text(scenario->name, journal.bytes, journals[i].journal);
		machine_forget(run);
	}
}

/* Carries out a scenario with writes from..to failing. Returns whether there was such a write. */
static bool carry_out(const struct scenario *scenario, size_t from, size_t to, int error,
		      struct run **run)
{
	struct execution execution = scenario_boot(scenario);

	*run = machine_plan(scenario->machine, scenario->cmdline);
	kernel.fail_at = from;
	kernel.fail_until = to;
	kernel.fail_error = error;
	execute(&(*run)->plan, &execution);
	return kernel.writes >= from;
}

static const int errors[] = { EIO, ENODEV, EBUSY, ENOENT, EINVAL, EAGAIN };

/* A failing write undoes its own group and no other. */
static void test_every_write_failing(void **state)
{
	size_t failures = 0;

	(void)state;
	for (size_t i = 0; i < scenario_count * ARRAY_SIZE(errors); i++) {
		const struct scenario *scenario = &scenarios[i / ARRAY_SIZE(errors)];
		int error = errors[i % ARRAY_SIZE(errors)];
		struct run *run;

		for (size_t at = 1; carry_out(scenario, at, at, error, &run); at++) {
			struct text name = { .used = 0 };

			text_add(&name, "%s, write %zu gives %s", scenario->name, at,
				 strerror(error));
			outcome_check(name.bytes, &run->plan,
				      scenario->fails ? OUTCOME_STUCK : OUTCOME_WHOLE);
			if (!scenario->fails)
				outcome_check_failure(name.bytes, &run->plan, -error);
			machine_forget(run);
			failures++;
		}
		outcome_check_groups(scenario->name, &run->plan, scenario->groups);
		machine_forget(run);
	}
	assert_true(failures > 1000);
}

/* Undoing fails too: nothing may be reported as restored that is not. */
static void test_all_writes_failing_from_one_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < scenario_count * ARRAY_SIZE(errors); i++) {
		const struct scenario *scenario = &scenarios[i / ARRAY_SIZE(errors)];
		int error = errors[i % ARRAY_SIZE(errors)];
		struct run *run;
		bool failed = true;

		for (size_t at = 1; failed; at++) {
			struct text name = { .used = 0 };

			failed = carry_out(scenario, at, SIZE_MAX, error, &run);
			text_add(&name, "%s, writes from %zu on give %s", scenario->name, at,
				 strerror(error));
			outcome_check(name.bytes, &run->plan,
				      scenario->stuck || failed ? OUTCOME_STUCK : OUTCOME_WHOLE);
			machine_forget(run);
		}
	}
}

/* Two writes fail: one while taking, one while undoing. */
static void test_every_two_writes_failing(void **state)
{
	(void)state;
	for (size_t i = 0; i < scenario_count; i++) {
		bool first = true;

		for (size_t at = 1; first; at++) {
			bool second = first;

			for (size_t to = at + 1; second; to++) {
				struct text name = { .used = 0 };
				struct execution execution = scenario_boot(&scenarios[i]);
				struct run *run =
					machine_plan(scenarios[i].machine, scenarios[i].cmdline);

				kernel.fail_at = at;
				kernel.fail_also = to;
				kernel.fail_error = EIO;
				execute(&run->plan, &execution);
				first = kernel.writes >= at;
				second = kernel.writes >= to;
				text_add(&name, "%s, writes %zu and %zu fail", scenarios[i].name,
					 at, to);
				outcome_check(name.bytes, &run->plan,
					      scenarios[i].stuck || first ? OUTCOME_STUCK
									  : OUTCOME_WHOLE);
				machine_forget(run);
			}
		}
	}
}

/* The time for the work is over; undoing has its own. */
static void test_undo_has_its_time(void **state)
{
	const struct scenario *scenario = scenario_find("probe fails, override none, bound");
	struct execution execution = scenario_boot(scenario);
	struct run *run = machine_plan(scenario->machine, "vfio_early.devs=01:00.0");

	(void)state;
	assert_int_equal(deadline_left(&execution.deadline), 0);
	execute(&run->plan, &execution);
	assert_true(run->plan.groups[0].failed);
	assert_false(run->plan.undoing);
	/* The last step unbinds what was bound, within half of the time for undoing. */
	assert_true(kernel.child_milliseconds > UNDO_MILLISECONDS / 4 - 500);
	assert_true(kernel.child_milliseconds <= UNDO_MILLISECONDS / 4);
	outcome_check(scenario->name, &run->plan, OUTCOME_WHOLE);
	machine_forget(run);
}

/* Carries out a scenario and stops the worker after so many questions. */
struct stopping {
	size_t asked, stop_at;
};

static bool is_stopped(void *context)
{
	struct stopping *stopping = context;

	return ++stopping->asked >= stopping->stop_at;
}

static size_t count_taken(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->group_count; i++)
		for (size_t j = 0; j < plan->groups[i].count; j++)
			count += plan->groups[i].members[j].result == RESULT_TAKEN;
	return count;
}

/*
 * Wherever the stop comes, each group is taken or as before, and nothing more is loaded
 * or bound.
 */
static void test_every_stop(void **state)
{
	size_t stops = 0;

	(void)state;
	for (size_t i = 0; i < scenario_count; i++) {
		struct stopping stopping = { .asked = 1 };

		for (size_t at = 1; stopping.asked >= stopping.stop_at; at++) {
			struct execution execution = scenario_boot(&scenarios[i]);
			struct run *run = machine_plan(scenarios[i].machine, scenarios[i].cmdline);
			struct text name = { .used = 0 };

			stopping = (struct stopping){ .stop_at = at };
			execution.is_stopped = is_stopped;
			execution.context = &stopping;
			text_add(&name, "%s, stopped at %zu", scenarios[i].name, at);
			execute(&run->plan, &execution);
			outcome_check(name.bytes, &run->plan,
				      OUTCOME_CUT | (scenarios[i].stuck ? OUTCOME_STUCK : 0));
			if (at == 1)
				check_number(name.bytes, (long long)kernel.writes, 0);
			if (at == 1)
				check_number(name.bytes, (long long)count_taken(&run->plan), 0);
			machine_forget(run);
			stops++;
		}
	}
	assert_true(stops > 200);
}

static void test_stop_says_so(void **state)
{
	const struct scenario *scenario = scenario_find("two groups");
	struct execution execution = scenario_boot(scenario);
	struct run *run = machine_plan(scenario->machine, scenario->cmdline);
	struct stopping stopping = { .stop_at = 2 };

	(void)state;
	execution.is_stopped = is_stopped;
	execution.context = &stopping;
	execute(&run->plan, &execution);
	outcome_check_groups(scenario->name, &run->plan, "!1:undone,left !2:left");
	for (size_t i = 0; i < run->plan.group_count; i++)
		for (size_t j = 0; j < run->plan.groups[i].count; j++)
			assert_int_equal(run->plan.groups[i].members[j].error, -EINTR);
	machine_forget(run);
}

/* A group is in progress until its last step ends: a stop during that step gives it back. */
static void test_stop_in_last_step(void **state)
{
	const struct scenario *scenario = scenario_find("bound card");
	struct stopping stopping = { .asked = 1 };
	size_t at;

	(void)state;
	for (at = 1; stopping.asked >= stopping.stop_at; at++) {
		struct execution execution = scenario_boot(scenario);
		struct run *run = machine_plan(scenario->machine, scenario->cmdline);

		stopping = (struct stopping){ .stop_at = at };
		execution.is_stopped = is_stopped;
		execution.context = &stopping;
		execute(&run->plan, &execution);
		assert_true(run->plan.groups[0].failed == (stopping.asked >= at));
		assert_int_equal(count_taken(&run->plan), stopping.asked >= at ? 0 : 2);
		machine_forget(run);
	}
	assert_true(at > 8);
}

/* A device without a driver by its links is not reported as taken, whatever was recorded. */
static void test_read_back(void **state)
{
	static const struct {
		const char *driver;
		enum result result;
	} rows[] = {
		{ "vfio-pci", RESULT_TAKEN },
		{ "nouveau", RESULT_UNDONE },
		{ "xe", RESULT_STUCK },
		{ NULL, RESULT_STUCK },
	};
	const struct scenario *scenario = scenario_find("two groups");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct execution execution = scenario_boot(scenario);
		struct run *run = machine_plan(scenario->machine, scenario->cmdline);
		struct planned_group *group = &run->plan.groups[0];
		const char *driver = rows[i].driver ? rows[i].driver : "none";
		size_t writes;

		execute(&run->plan, &execution);
		/* The first member is the bridge. */
		assert_int_equal(group->members[1].result, RESULT_TAKEN);
		writes = kernel.writes;
		kernel_device("0000:01:00.0")->driver = rows[i].driver;
		execute_read_back(&run->plan, execution.sysfs);
		check_number(driver, group->members[1].result, rows[i].result);
		check_text(driver, group->members[1].driver_after,
			   rows[i].driver ? rows[i].driver : "");
		check_true(driver, group->failed == (rows[i].result != RESULT_TAKEN));
		/* The card's other function and the other group are unchanged. */
		check_number(driver, group->members[2].result, RESULT_TAKEN);
		check_true(driver, !run->plan.groups[1].failed);
		check_number(driver, (long long)kernel.writes, (long long)writes);
		machine_forget(run);
	}
}

static void test_modules(void **state)
{
	const struct scenario *scenario = scenario_find("no vfio_iommu_type1");
	struct execution execution = scenario_boot(scenario);
	struct run *run = machine_plan(scenario->machine, scenario->cmdline);

	(void)state;
	execute(&run->plan, &execution);
	assert_int_equal(run->plan.module_count, 2);
	assert_true(run->plan.modules[0].done);
	assert_int_equal(run->plan.modules[0].error, 0);
	assert_false(run->plan.modules[1].done);
	assert_int_equal(run->plan.modules[1].error, -ENOENT);
	assert_int_equal(kernel_driver("vfio-pci")->loads, 1);
	machine_forget(run);

	/* A built-in driver is not loaded but counts as loaded. */
	scenario = scenario_find("built in");
	execution = scenario_boot(scenario);
	run = machine_plan(scenario->machine, scenario->cmdline);
	execute(&run->plan, &execution);
	assert_true(run->plan.modules[0].done && run->plan.modules[1].done);
	assert_int_equal(kernel_driver("vfio-pci")->loads, 0);
	machine_forget(run);

	/* One failure is enough for all groups that need the module; it is not loaded again. */
	scenario = scenario_find("no module");
	execution = scenario_boot(scenario);
	run = machine_plan(scenario->machine, scenario->cmdline);
	execute(&run->plan, &execution);
	assert_int_equal(kernel_driver("vfio-pci")->loads, 1);
	assert_int_equal(run->plan.modules[0].error, -ENOENT);
	assert_false(run->plan.modules[1].done);
	machine_forget(run);
}

/* Carries the plan for both groups out while a device of another comes into the first. */
static struct run *execute_joined(const char *joiner, const char *text)
{
	const struct scenario *scenario = scenario_find("two groups");
	struct execution execution = scenario_boot(scenario);
	struct run *run = machine_plan(scenario->machine, scenario->cmdline);

	kernel_device(joiner)->group = 1;
	execute(&run->plan, &execution);
	outcome_check_groups(joiner, &run->plan, text);
	return run;
}

static void test_joined(void **state)
{
	struct run *run = execute_joined("0000:03:00.0", "!1:undone,undone 2:taken");
	const struct pci_address disk = { .bus = 3 };

	(void)state;
	assert_true(run->plan.groups[0].joined);
	assert_int_equal(pci_address_compare(&run->plan.groups[0].joiner, &disk), 0);
	assert_false(run->plan.groups[1].joined);
	assert_true(kernel_is_as_before(kernel_device("0000:01:00.0")));
	assert_int_equal(kernel_device("0000:03:00.0")->touched, 0);
	machine_forget(run);
}

/* A bridge stands in nobody's way. */
static void test_bridge_joined(void **state)
{
	static const struct function functions[] = {
		FUNCTION("0000:00:01.0", 0x060400, -1, 0x8086, 0x1901, .header_type = 1),
		FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91),
	};
	static const struct machine machine = MACHINE(functions, IOMMU_ON);
	struct execution execution = kernel_execution();
	struct run *run = machine_plan(&machine, "vfio_early.devs=01:00.0");

	(void)state;
	kernel_boot(&machine);
	kernel_device("0000:00:01.0")->group = 1;
	execution.deadline = deadline_after(1000);
	execute(&run->plan, &execution);
	outcome_check_groups("bridge", &run->plan, "1:taken");
	machine_forget(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenarios),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_every_write_failing),
		cmocka_unit_test(test_all_writes_failing_from_one_on),
		cmocka_unit_test(test_every_two_writes_failing),
		cmocka_unit_test(test_undo_has_its_time),
		cmocka_unit_test(test_every_stop),
		cmocka_unit_test(test_stop_says_so),
		cmocka_unit_test(test_stop_in_last_step),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_bridge_joined),
	};

	return cmocka_run_group_tests_name("execute", tests, NULL, NULL);
}
