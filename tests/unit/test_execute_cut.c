// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A worker that ends at any point of any step, and how undo_unfinished() restores: no
 * group is half taken, and a step that blocked the worker is not repeated, but one it
 * died in is undone.
 */
#include <string.h>

#include "boot/execute.h"
#include "boot/undo.h"
#include "scenarios.h"
#include "unit.h"

/* What the worker was doing when it ended, by member. */
struct cut {
	struct member *members[KERNEL_DEVICES];
	enum step steps[KERNEL_DEVICES];
	size_t touched[KERNEL_DEVICES];
	size_t count;
};

static size_t touched(const struct member *member)
{
	char text[PCI_ADDRESS_SIZE];

	return kernel_device(pci_address_format(&member->device->address, text))->touched;
}

static void note_steps(struct plan *plan, struct cut *cut)
{
	cut->count = 0;
	for (size_t i = 0; i < plan->group_count; i++) {
		for (size_t j = 0; j < plan->groups[i].count; j++) {
			struct member *member = &plan->groups[i].members[j];

			if (member->step == STEP_NONE)
				continue;
			cut->members[cut->count] = member;
			cut->steps[cut->count] = member->step;
			cut->touched[cut->count] = touched(member);
			cut->count++;
		}
	}
}

/* A member in the middle of a step is stuck, and was left alone. */
static void check_steps(const char *name, const struct cut *cut)
{
	check_true(name, cut->count <= 1);
	for (size_t i = 0; i < cut->count; i++) {
		const struct member *member = cut->members[i];

		check_number(name, member->result, RESULT_STUCK);
		check_number(name, (long long)touched(member), (long long)cut->touched[i]);
		check_true(name, member->failed_step != STEP_NONE);
	}
}

/* A device that comes into the first group while that is taken; NULL for none. */
static const char *joiner;

/* Whether the kernel was started by kexec. */
static bool kexec;

/*
 * Carries out a scenario until the worker ends at its at-th step, before or after the
 * step's effect; it does not end after a step without effect. Returns false if the worker
 * did fewer steps.
 */
static bool carry_out(const struct scenario *scenario, size_t at, bool after, struct run **run)
{
	struct execution execution = scenario_boot(scenario);

	execution.kexec = kexec;
	*run = machine_plan(scenario->machine, scenario->cmdline);
	if (joiner)
		kernel_device(joiner)->group = 1;
	if (setjmp(kernel.cut) == 0) {
		kernel.cut_at = at;
		kernel.cut_after = after;
		execute(&(*run)->plan, &execution);
		kernel.cut_at = 0;
		return kernel.steps >= at;
	}
	kernel.cut_at = 0;
	kernel.in_child = false;
	kernel.hung = false;
	return true;
}

static void undo(struct plan *plan, enum worker_end end)
{
	struct execution execution = kernel_execution();

	/* Nothing is left to load. */
	execution.loader = NULL;
	undo_unfinished(plan, &execution, end);
}

static void check_cut(const struct scenario *scenario, const char *name, struct run *run)
{
	struct cut cut;

	note_steps(&run->plan, &cut);
	undo(&run->plan, WORKER_CUT_OFF);
	check_steps(name, &cut);
	outcome_check(name, &run->plan,
		      OUTCOME_CUT | (cut.count || scenario->stuck ? OUTCOME_STUCK : 0));
}

/* A dead worker was not blocked: its step is undone too. */
static void check_death(const struct scenario *scenario, const char *name, struct run *run)
{
	undo(&run->plan, WORKER_DIED);
	outcome_check(name, &run->plan, OUTCOME_CUT | (scenario->stuck ? OUTCOME_STUCK : 0));
}

/* Ends every scenario before and after each of its steps. Returns the number of ends. */
static size_t end_everywhere(const char *what, void (*check)(const struct scenario *scenario,
							     const char *name, struct run *run))
{
	size_t ends = 0;

	for (size_t i = 0; i < 2 * scenario_count; i++) {
		const struct scenario *scenario = &scenarios[i / 2];
		struct run *run;

		for (size_t at = 1; carry_out(scenario, at, i % 2, &run); at++) {
			struct text name = { .used = 0 };

			text_add(&name, "%s, %s %s step %zu", scenario->name, what,
				 i % 2 ? "after" : "before", at);
			check(scenario, name.bytes, run);
			machine_forget(run);
			ends++;
		}
		machine_forget(run);
	}
	return ends;
}

static void test_every_end(void **state)
{
	size_t ends = end_everywhere("cut", check_cut);

	(void)state;
	assert_true(ends > 500);
	kexec = true;
	assert_true(end_everywhere("cut after kexec", check_cut) > ends + 100);
	kexec = false;
}

static void test_every_death(void **state)
{
	size_t ends = end_everywhere("dead", check_death);

	(void)state;
	assert_true(ends > 500);
	kexec = true;
	assert_true(end_everywhere("dead after kexec", check_death) > ends + 100);
	kexec = false;
}

/* After reading the links back, the plan says what the model has. */
static void check_said(const char *name, const struct plan *plan)
{
	for (size_t i = 0; i < plan->group_count; i++) {
		for (size_t j = 0; j < plan->groups[i].count; j++) {
			const struct member *member = &plan->groups[i].members[j];
			char text[PCI_ADDRESS_SIZE];
			const struct kernel_device *device =
				kernel_device(pci_address_format(&member->device->address, text));
			bool taken =
				member->result == RESULT_TAKEN || member->result == RESULT_ALREADY;

			if (plan->groups[i].refused || member->role != ROLE_TAKE || device->gone)
				continue;
			check_text(name, member->driver_after,
				   device->driver ? device->driver : "");
			if (taken)
				check_text(name, device->driver, member->driver);
			check_true(name, taken || plan->groups[i].failed);
		}
	}
}

/* Also cuts off the undoing, before its at-th step. Returns false if it did fewer. */
static bool undo_until(struct plan *plan, size_t at)
{
	struct execution execution = kernel_execution();

	execution.loader = NULL;
	if (setjmp(kernel.cut) == 0) {
		kernel.steps = 0;
		kernel.cut_at = at;
		kernel.cut_after = false;
		undo_unfinished(plan, &execution, WORKER_CUT_OFF);
		kernel.cut_at = 0;
		return false;
	}
	kernel.cut_at = 0;
	kernel.in_child = false;
	kernel.hung = false;
	return true;
}

static void test_every_undoing_cut_off(void **state)
{
	size_t cuts = 0;

	(void)state;
	for (size_t i = 0; i < scenario_count; i++) {
		struct run *run;
		bool begun = true;

		for (size_t at = 1; begun; at++) {
			bool cut = true;

			for (size_t undone = 1; cut; undone++) {
				struct execution execution = kernel_execution();
				struct text name = { .used = 0 };

				begun = carry_out(&scenarios[i], at, true, &run);
				cut = begun && undo_until(&run->plan, undone);
				text_add(&name, "%s, cut at %zu, undoing at %zu", scenarios[i].name,
					 at, undone);
				execute_read_back(&run->plan, execution.sysfs);
				check_said(name.bytes, &run->plan);
				machine_forget(run);
				cuts += cut;
			}
		}
	}
	assert_true(cuts > 2000);
}

/* A finished group, taken or undone, is left alone. */
static void test_finished(void **state)
{
	(void)state;
	for (size_t i = 0; i < scenario_count; i++) {
		struct execution execution = scenario_boot(&scenarios[i]);
		struct run *run = machine_plan(scenarios[i].machine, scenarios[i].cmdline);
		size_t writes;

		execute(&run->plan, &execution);
		writes = kernel.writes;
		undo(&run->plan, WORKER_CUT_OFF);
		check_number(scenarios[i].name, (long long)kernel.writes, (long long)writes);
		outcome_check_groups(scenarios[i].name, &run->plan, scenarios[i].groups);
		machine_forget(run);
	}
}

/* Once a device was seen to have joined a group, the group is given back whoever does it. */
static void test_joined(void **state)
{
	const struct scenario *scenario = scenario_find("two groups");
	size_t seen = 0;
	struct run *run;

	(void)state;
	joiner = "0000:03:00.0";
	for (size_t at = 1; carry_out(scenario, at, false, &run); at++) {
		struct text name = { .used = 0 };

		text_add(&name, "joined, dead before step %zu", at);
		undo(&run->plan, WORKER_DIED);
		if (run->plan.groups[0].joined) {
			check_true(name.bytes, run->plan.groups[0].failed);
			check_true(name.bytes, kernel_is_as_before(kernel_device("0000:01:00.0")));
			check_true(name.bytes, kernel_is_as_before(kernel_device("0000:01:00.1")));
			seen++;
		}
		machine_forget(run);
	}
	machine_forget(run);
	joiner = NULL;
	assert_true(seen > 5);
}

/* Before the first step there is nothing to undo, and nothing was taken. */
static void test_not_begun(void **state)
{
	(void)state;
	for (size_t i = 0; i < scenario_count; i++) {
		struct run *run;

		scenario_boot(&scenarios[i]);
		run = machine_plan(scenarios[i].machine, scenarios[i].cmdline);
		undo(&run->plan, WORKER_CUT_OFF);
		check_number(scenarios[i].name, (long long)kernel.writes, 0);
		for (size_t j = 0; j < run->plan.group_count; j++)
			check_true(scenarios[i].name,
				   run->plan.groups[j].failed || run->plan.groups[j].refused);
		machine_forget(run);
	}
}

/* The model loads this module for ever, like a driver that is still starting a device. */
static const char *module_that_hangs;

static int load_or_hang(void *context, const char *name)
{
	if (streq(name, module_that_hangs))
		longjmp(kernel.cut, 1);
	return kernel_execution().loader->load(context, name);
}

static const struct {
	const char *scenario, *module;
	enum worker_end end;
	const char *groups;
} hangs[] = {
	{ "two groups", "vfio-pci", WORKER_CUT_OFF,
	  "!1:undone(load -110),undone !2:undone(load -110)" },
	{ "two groups", "vfio-pci", WORKER_DIED,
	  "!1:undone(load -130),undone !2:undone(load -130)" },
	/* A module that could be loaded is not to blame. */
	{ "variants", "mlx5_vfio_pci", WORKER_CUT_OFF, "!1:undone,undone !2:undone(load -110)" },
	/* No group needs this module, so none failed because of it. */
	{ "two groups", "vfio_iommu_type1", WORKER_CUT_OFF, "!1:undone,undone !2:undone" },
};

/* Returns false if loading ended after all. */
static bool hang(struct plan *plan, const struct execution *execution)
{
	if (setjmp(kernel.cut))
		return true;
	execute(plan, execution);
	return false;
}

static void test_load_hangs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hangs); i++) {
		const struct scenario *scenario = scenario_find(hangs[i].scenario);
		struct execution execution = scenario_boot(scenario);
		struct module_loader loader = *execution.loader;
		struct run *run = machine_plan(scenario->machine, scenario->cmdline);

		loader.load = load_or_hang;
		execution.loader = &loader;
		module_that_hangs = hangs[i].module;
		check_true(scenario->name, hang(&run->plan, &execution));
		undo(&run->plan, hangs[i].end);
		outcome_check_groups(scenario->name, &run->plan, hangs[i].groups);
		outcome_check(scenario->name, &run->plan, OUTCOME_CUT);
		machine_forget(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_end),
		cmocka_unit_test(test_every_death),
		cmocka_unit_test(test_finished),
		cmocka_unit_test(test_not_begun),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_load_hangs),
		cmocka_unit_test(test_every_undoing_cut_off),
	};

	return cmocka_run_group_tests_name("execute_cut", tests, NULL, NULL);
}
