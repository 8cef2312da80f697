// SPDX-License-Identifier: GPL-2.0-or-later
/* What survey.c asks of which device: all that a decision needs, and no more. */
#include "plan/survey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "surveyed.h"
#include "unit.h"

static int look(struct run *run, const char *cmdline, bool modules)
{
	assert_int_equal(settings_read_cmdline(&run->settings, cmdline), 0);
	assert_null(run->settings.problems);
	return survey(&run->topology, run->arena, &run->settings, NULL, &surveyed.here,
		      modules ? (struct module_context *)run : NULL);
}

static const struct {
	const char *cmdline;
	const char *reads; /* i: identified, l: located, d: described, g: asked for its group, a:
			      asked for consoles */
} rows[] = {
	{ "", "" },
	{ "vfio_early.devs=0a:00.0", "" },
	{ "vfio_early.devs=02:00.0", "g4 i4 l4 d4 a " },
	/* The others of its group, too. */
	{ "vfio_early.devs=01:00.1", "g3 i3 l3 d3 i0 l0 d0 i2 l2 d2 f2 w a " },
	{ "vfio_early.devs=04:00.0", "g6 i6 l6 d6 i7 l7 d7 a " },
	/* Without a group there is only itself. */
	{ "vfio_early.devs=00:02.0", "g1 i1 l1 d1 f1 w a " },
	{ "vfio_early.devs=15b3:101e", "i0 i1 i2 i3 i4 i5 i6 i7 g4 l4 d4 a " },
	{ "vfio_early.devs=class:0108", "i0 i1 i2 i3 i4 i5 i6 i7 g5 l5 d5 a " },
	{ "vfio_early.devs=boot_vga", "i0 i1 i2 i3 i4 i5 i6 i7 w g1 l1 d1 f1 a " },
	{ "vfio_early.devs=02:00.0@15b3:101e", "i0 i1 i2 i3 i4 i5 i6 i7 g4 l4 d4 a " },
	{ "vfio_early.devs=00:01.0/00.1", "l0 l1 l2 l3 l4 l5 l6 l7 g3 i3 d3 i0 d0 i2 d2 f2 w a " },
	/* What is left out is only identified, and what protects asks of members alone. */
	{ "vfio_early.devs=02:00.0,03:00.0,!03:00.0 vfio_early.protect=class:01",
	  "i5 g4 i4 l4 d4 a " },
	/* ... but for one that is like what is protected elsewhere: who is there decides. */
	{ "vfio_early.devs=02:00.0 vfio_early.protect=02:00.0@15b3:101e", "g4 i4 l4 d4 a " },
	{ "vfio_early.devs=02:00.0 vfio_early.protect=03:00.0@144d:a808", "g4 i4 l4 d4 a " },
	{ "vfio_early.devs=02:00.0 vfio_early.protect=03:00.0@15b3:101e",
	  "g4 i4 l4 d4 i0 i1 i2 i3 i5 i6 i7 l0 l1 l2 l3 l5 l6 l7 a " },
	/* A VMD decides if such a place may be there later. */
	{ "vfio_early.devs=02:00.0 vfio_early.protect=10000:03:00.0",
	  "i0 i1 i2 i3 i4 i5 i6 i7 g4 l4 d4 a " },
	{ "vfio_early.devs=02:00.0,!class:02", "i0 i1 i2 i3 i4 i5 i6 i7 " },
};

static void test_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run *run = machine_run();

		surveyed.reads.used = 0;
		surveyed.reads.bytes[0] = '\0';
		check_number(rows[i].cmdline, look(run, rows[i].cmdline, true), 0);
		check_text(rows[i].cmdline, surveyed.reads.bytes, rows[i].reads);
		assert_int_equal(run->topology.count, surveyed.truth.count);
		assert_int_equal(run->topology.iommu, IOMMU_ON);
		machine_forget(run);
	}
}

/* Whatever is listed, everything is known; and what is listed, as well as otherwise. */
static void test_all(void **state)
{
	static const char *const cmdlines[] = { "", "vfio_early.devs=01:00.0", "vfio_early=off" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cmdlines); i++) {
		struct run *run = machine_run();

		assert_int_equal(settings_read_cmdline(&run->settings, cmdlines[i]), 0);
		assert_int_equal(survey_all(&run->topology, run->arena, &run->settings, NULL,
					    &surveyed.here, NULL),
				 0);
		assert_int_equal(run->topology.count, surveyed.truth.count);
		for (size_t j = 0; j < surveyed.truth.count; j++) {
			const struct device *device = &run->topology.devices[j];

			assert_true(device->located && device->identified && device->described);
			assert_int_equal(device->group, surveyed.truth.devices[j].group);
		}
		machine_forget(run);
	}
}

static void test_groups(void **state)
{
	struct run *run = *state;

	assert_int_equal(look(run, "vfio_early.devs=01:00.0,00:02.0", true), 0);
	assert_int_equal(run->topology.group_count, 1);
	assert_int_equal(run->topology.groups[0].number, 1);
	assert_int_equal(run->topology.groups[0].count, 3);
}

/* A device that goes away while it is looked at is absent; others are still taken. */
static void test_gone(void **state)
{
	struct run *run = *state;
	const struct selector *missing;

	surveyed.gone[4] = true;
	assert_int_equal(look(run, "vfio_early.devs=02:00.0,03:00.0", true), 0);
	missing = survey_find_missing(&run->topology, &run->settings, false);
	assert_non_null(missing);
	assert_string_equal(missing->text, "02:00.0");
	assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology), 0);
	assert_int_equal(run->plan.group_count, 1);
	assert_int_equal(run->plan.finding_count, 1);
	assert_int_equal(run->plan.findings[0].kind, FINDING_ABSENT);
}

/* Half a group would be taken if what could not be listed were left out. */
static void test_members_unread(void **state)
{
	struct run *run = *state;
	int error;

	surveyed.group_error = -ENOMEM;
	error = look(run, "vfio_early.devs=02:00.0", true);
	surveyed.group_error = 0;
	assert_int_equal(error, -ENOMEM);
}

static void test_variants(void **state)
{
	struct run *run = *state;

	assert_int_equal(look(run, "vfio_early.devs=02:00.0,03:00.0 vfio_early.driver=auto", true),
			 0);
	assert_true(surveyed.variants_asked >= 2);
	assert_string_equal(run->topology.devices[4].variant_driver, "mlx5_vfio_pci");
	assert_null(run->topology.devices[5].variant_driver);
}

static void test_variants_not_asked_for(void **state)
{
	struct run *run = *state, *other = machine_run();

	assert_int_equal(look(run, "vfio_early.devs=02:00.0", true), 0);
	assert_int_equal(look(other, "vfio_early.devs=02:00.0 vfio_early.driver=auto", false), 0);
	assert_int_equal(surveyed.variants_asked, 0);
	machine_forget(other);
}

static const struct {
	const char *devs;
	const char *missing; /* NULL when there is nothing to wait for */
} completeness[] = {
	{ "02:00.0", NULL },
	{ "02:00.0,0a:00.0", "0a:00.0" },
	{ "0a:00.0", "0a:00.0" },
	{ "02:00", NULL },
	{ "0a:00", "0a:00" },
	{ "00:01.0/00.0", NULL },
	{ "00:01.0/01.0", "00:01.0/01.0" },
	{ "15b3:101e", NULL },
	{ "15b3:ffff", "15b3:ffff" },
	{ "class:03", NULL },
	{ "class:12", "class:12" },
	{ "boot_vga", NULL },
	/* Another id in its place is no reason to wait, nor is what is left out. */
	{ "02:00.0@15b3:ffff", NULL },
	/* What leaves nothing out may do so once it is there. */
	{ "02:00.0,!0a:00.0", "!0a:00.0" },
	/* What only a VMD makes is never taken by itself. */
	{ "02:00.0,10000:01:00.0", NULL },
	{ "class:03,!boot_vga", NULL },
	{ "00:01.0", NULL },
};

static void test_completeness(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(completeness); i++) {
		struct run *run = machine_run();
		struct text cmdline = { .used = 0 };
		const struct selector *missing;

		text_add(&cmdline, "vfio_early.devs=%s", completeness[i].devs);
		assert_int_equal(look(run, cmdline.bytes, false), 0);
		missing = survey_find_missing(&run->topology, &run->settings, false);
		check_text(completeness[i].devs, missing ? missing->text : NULL,
			   completeness[i].missing);
		missing = survey_find_missing(&run->topology, &run->settings, true);
		/* All but one of those that are there have a group. */
		check_text(completeness[i].devs, missing ? missing->text : NULL,
			   strcmp(completeness[i].devs, "boot_vga") == 0 ? "boot_vga"
									 : completeness[i].missing);
		run->topology.iommu = IOMMU_ABSENT;
		missing = survey_find_missing(&run->topology, &run->settings, true);
		check_text(completeness[i].devs, missing ? missing->text : NULL,
			   completeness[i].missing);
		machine_forget(run);
	}
}

static const struct {
	const char *root;
	const char *release;
	bool counts;
} kernels[] = {
	{ "/sys", "5.10.0-28-amd64", false },
	{ "/sys", "5.18.19", false },
	{ "/sys", "4.19.0", false },
	{ "/sys", "5.19.0-rc1", true },
	{ "/sys", "6.1.0-41-amd64", true },
	{ "/sys", "6.12.117", true },
	{ "/sys", "7.1.0", true },
	{ "/sys", "10.0.0", true },
	{ "/sys", "odd", true },
	/* Another machine's tree says nothing of its kernel. */
	{ "tree", "5.10.0", true },
};

static void test_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		struct run *run = machine_run();

		surveyed.here.root = kernels[i].root;
		surveyed.release = kernels[i].release;
		assert_int_equal(look(run, "", false), 0);
		check_number(kernels[i].release, run->topology.counts_owners, kernels[i].counts);
		machine_forget(run);
	}
}

static void test_errors(void **state)
{
	struct run *run = *state;

	surveyed.failure = -EIO;
	assert_int_equal(look(run, "vfio_early.devs=02:00.0", true), -EIO);
	surveyed.failure = 0;
	/* The one that was listed, and one of its group. */
	for (surveyed.fails_at = 2; surveyed.fails_at <= 3; surveyed.fails_at++) {
		struct run *other = machine_run();

		assert_int_equal(look(other, "vfio_early.devs=01:00.0", true), -ENOMEM);
		machine_forget(other);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, surveyed_start, surveyed_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reads),
		TEST(test_all),
		TEST(test_groups),
		TEST(test_gone),
		TEST(test_members_unread),
		TEST(test_variants),
		TEST(test_variants_not_asked_for),
		TEST(test_completeness),
		TEST(test_kernels),
		TEST(test_errors),
	};

	return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
