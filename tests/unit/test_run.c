// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run's settings ask for, and what its outcome is as an exit code. */
#include "plan/run.h"

#include "machine.h"
#include "unit.h"

static const struct function functions[] = {
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

#define CARD "vfio_early.devs=01:00.0"

static struct run *start(const char *cmdline)
{
	struct run *run = run_create();

	assert_non_null(run);
	assert_int_equal(settings_read_cmdline(&run->settings, cmdline), 0);
	assert_null(run->settings.problems);
	return run;
}

static void test_wanted(void **state)
{
	struct run *run = start("");

	(void)state;
	assert_false(run_is_wanted(run));
	run_destroy(run);
	run = start(CARD);
	assert_true(run_is_wanted(run));
	run_destroy(run);
	run = start(CARD " vfio_early=off");
	assert_false(run_is_wanted(run));
	run_destroy(run);
	run = start("vfio_early.force=01:00.0 vfio_early.protect=01:00.0");
	assert_false(run_is_wanted(run));
	run_destroy(run);
}

static const struct {
	enum result result;
	bool refused;
	bool dry_run;
	int code;
} codes[] = {
	{ RESULT_TAKEN, false, false, 0 },  { RESULT_ALREADY, false, false, 0 },
	{ RESULT_PENDING, false, true, 0 }, { RESULT_PENDING, false, false, 1 },
	{ RESULT_UNDONE, false, false, 1 }, { RESULT_STUCK, false, false, 1 },
	{ RESULT_LEFT, true, false, 1 },    { RESULT_LEFT, true, true, 1 },
};

static void test_exit_codes(void **state)
{
	struct problem problem = { .text = "bad" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct run *run = start(CARD);

		machine_survey(run, &machine);
		assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology),
				 0);
		run->settings.dry_run = codes[i].dry_run;
		run->plan.groups[0].refused = codes[i].refused;
		run->plan.groups[0].members[0].result = codes[i].result;
		assert_int_equal(run_exit_code(run), codes[i].code);
		run->plan.finding_count = 1;
		assert_int_equal(run_exit_code(run), 1);
		/* What was malformed goes before all else. */
		run->settings.problems = &problem;
		assert_int_equal(run_exit_code(run), 2);
		run_destroy(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_exit_codes),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
