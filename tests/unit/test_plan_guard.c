// SPDX-License-Identifier: GPL-2.0-or-later
/* What keeps a group from being taken beside devs, force and protect. */
#include <string.h>

#include "machine.h"
#include "plan/plan.h"
#include "plan_text.h"
#include "unit.h"

/* Whose driver keeps a group from being opened, by driver, header type and kernel. */
static const struct {
	const char *driver;
	uint32_t class;
	uint8_t header_type;
	bool old_kernel;
	bool blocks;
} blocks[] = {
	{ NULL, 0x060400, 1, false, false },
	{ "pcieport", 0x060400, 1, false, false },
	{ "pci-stub", 0x060400, 1, false, false },
	{ "vfio-pci", 0x060000, 0, false, false },
	{ "shpchp", 0x060400, 1, false, true },
	{ "shpchp", 0x060400, 1, true, false },
	{ "pcieport2", 0x060400, 1, false, true },
	{ "amd_nb", 0x060000, 0, false, true },
	{ "amd_nb", 0x060000, 0, true, true },
	{ "yenta_cardbus", 0x060700, 2, false, true },
	{ "yenta_cardbus", 0x060700, 2, true, false },
};

static void test_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		const struct function functions[] = {
			FUNCTION("0000:00:01.0", blocks[i].class, 1, 0x8086, 0x244e,
				 .header_type = blocks[i].header_type, .driver = blocks[i].driver),
			FUNCTION("0000:01:00.0", 0x020000, 1, 0x8086, 0x10d3, .driver = "e1000e"),
		};
		struct machine machine = MACHINE(functions, IOMMU_ON);
		struct run *run;

		machine.counts_no_owners = blocks[i].old_kernel;
		run = machine_plan(&machine, "vfio_early.devs=01:00.0");
		check_number(blocks[i].driver ? blocks[i].driver : "none",
			     machine_member(&run->plan, "0000:00:01.0")->blocks, blocks[i].blocks);
		assert_false(machine_member(&run->plan, "0000:01:00.0")->blocks);
		/* It is reported, but refuses nothing. */
		assert_false(run->plan.groups[0].refused);
		machine_forget(run);
	}
}

static const struct function guarded_functions[] = {
	FUNCTION("0000:01:00.0", 0x020000, 1, 0x8086, 0x15f3, .driver = "igc"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x8086, 0x15f4),
	FUNCTION("0000:02:00.0", 0x010802, 2, 0x144d, 0xa808, .driver = "nvme"),
	FUNCTION("0000:03:00.0", 0x070002, 3, 0x1b36, 0x0002, .console = "ttyS4"),
	FUNCTION("0000:04:00.0", 0x0c0500, 4, 0x8086, 0xa323, .watchdog = "watchdog0"),
	FUNCTION("0000:05:00.0", 0x080501, 5, 0x1022, 0x7906),
	FUNCTION("0000:05:00.1", 0x040300, 5, 0x1022, 0x7907),
};
static const struct machine guarded = MACHINE(guarded_functions, IOMMU_ON);

/* The list of the host's needs; NULL for an image without one. */
static const struct {
	const char *host, *cmdline, *groups;
} guarded_rows[] = {
#define SEEN	SETTINGS_HOST_HEADING "\n"
#define NETWORK "network = 01:00.0@8086:15f3  # default route on eth0\n"
	{ NETWORK, "devs=01:00.1", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=class:02", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=01:00", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=8086:15f3", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=01:00.0", "1{01:00.0,01:00.1}" },
	{ NETWORK, "devs=class:02,01:00.0", "1{01:00.0,01:00.1}" },
	{ NETWORK, "devs=01:00.1 force=01:00.0", "!1{01:00.0=network,01:00.1}" },
	{ NETWORK, "devs=01:00.1 force=network:01:00.0", "1{01:00.0,01:00.1}" },
	{ SEEN, "devs=01:00.1", "1{01:00.0,01:00.1}" },
	{ SEEN, "devs=class:0108", "2{02:00.0}" },
	{ NULL, "devs=class:0108", "!2{02:00.0=unknown}" },
	{ NULL, "devs=144d:a808", "!2{02:00.0=unknown}" },
	{ NULL, "devs=02:00.*", "!2{02:00.0=unknown}" },
	{ NULL, "devs=02:00.0", "2{02:00.0}" },
	/* An empty file is no list. */
	{ "", "devs=class:0108", "!2{02:00.0=unknown}" },
	{ NULL, "devs=class:0108 force=02:00.0", "!2{02:00.0=unknown}" },
	{ NULL, "devs=class:0108 force=host-unknown:02:00.0", "2{02:00.0}" },
	{ NULL, "devs=01:00.1", "!1{01:00.0=unknown,01:00.1}" },
	{ NULL, "devs=01:00.1,01:00.0", "1{01:00.0,01:00.1}" },
	/* Waiving that it is not listed does not waive that the host may need it. */
	{ NULL, "devs=05:00.1", "!5{05:00.0=storage,05:00.1}" },
	{ NULL, "devs=05:00.1 force=05:00.0", "!5{05:00.0=unknown,05:00.1}" },
	{ NULL, "devs=05:00.1 force=storage:class:08", "!5{05:00.0=unknown,05:00.1}" },
	{ NULL, "devs=05:00.1,05:00.0", "5{05:00.0,05:00.1}" },
	{ NULL, "devs=05:00.1 force=storage:05:00.0,host-unknown:05:00.0", "5{05:00.0,05:00.1}" },
	{ SEEN, "devs=05:00.1 force=storage:class:08", "5{05:00.0,05:00.1}" },
	/* Not even by its address. */
	{ SEEN, "devs=03:00.0", "!3{03:00.0=console}" },
	{ SEEN, "devs=03:00.0 force=03:00.0", "!3{03:00.0=console}" },
	{ SEEN, "devs=03:00.0 force=console:03:00.0", "3{03:00.0}" },
	{ SEEN, "devs=04:00.0", "!4{04:00.0=watchdog}" },
	{ SEEN, "devs=04:00.0 force=watchdog:04:00.0", "4{04:00.0}" },
};

static void test_guarded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(guarded_rows); i++) {
		struct run *run = machine_run();
		struct text cmdline = { .used = 0 }, groups = { .used = 0 };
		const char *host = guarded_rows[i].host;
		const char *force = strstr(guarded_rows[i].cmdline, " force");

		text_add(&cmdline, "vfio_early.%.*s%s%s",
			 force ? (int)(force - guarded_rows[i].cmdline) : 200,
			 guarded_rows[i].cmdline, force ? " vfio_early." : "",
			 force ? force + 1 : "");
		run->settings.host_known = false;
		assert_int_equal(settings_read_cmdline(&run->settings, cmdline.bytes), 0);
		if (host)
			assert_int_equal(settings_read_host(&run->settings, "host", host), 0);
		assert_null(run->settings.problems);
		machine_survey(run, &guarded);
		assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology),
				 0);
		plan_text_groups(&run->plan, &groups);
		check_text(cmdline.bytes, groups.bytes, guarded_rows[i].groups);
		machine_forget(run);
	}
}

/* Where groups come late: what may still join, by its place, and what may not. */
static const struct function late_functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x1b36, 0x000c, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:00:02.0", 0x060400, -1, 0x1b36, 0x000e, .header_type = 1),
	FUNCTION("0000:00:03.0", 0x020000, 4, 0x8086, 0x10d3, .driver = "e1000e"),
	FUNCTION("0000:00:04.0", 0x010802, -1, 0x1b36, 0x0010),
	FUNCTION("0000:01:00.0", 0x010802, -1, 0x1b36, 0x0010, .parent = "0000:00:01.0"),
	FUNCTION("0000:01:00.1", 0x020000, 2, 0x8086, 0x10d3, .driver = "e1000e",
		 .parent = "0000:00:01.0"),
	FUNCTION("0000:02:01.0", 0x020000, 3, 0x8086, 0x100e, .driver = "e1000",
		 .parent = "0000:00:02.0"),
	FUNCTION("0000:02:02.0", 0x010802, -1, 0x1b36, 0x0010, .parent = "0000:00:02.0"),
	FUNCTION("0000:03:00.0", 0x020000, 5, 0x8086, 0x10d3, .parent = "0000:00:02.0"),
	FUNCTION("0000:03:00.1", 0x060400, -1, 0x1b36, 0x000e, .header_type = 1,
		 .parent = "0000:00:02.0"),
};

static void test_late_groups(void **state)
{
	static const struct {
		const char *cmdline;
		bool refused;
	} rows[] = {
		{ "vfio_early.devs=00:03.0", false }, /* on the root bus beside 00:04.0 */
		{ "vfio_early.devs=00:04.0", true },
		{ "vfio_early.devs=01:00.1", true },  /* another function of its slot has none */
		{ "vfio_early.devs=02:01.0", true },  /* a device of its bus has none */
		{ "vfio_early.devs=03:00.0", false }, /* only a bridge has none */
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		const struct machine late = { .functions = late_functions,
					      .count = ARRAY_SIZE(late_functions),
					      .late_groups = i % 2 };
		struct run *run = machine_plan(&late, rows[i / 2].cmdline);
		const struct planned_group *group = &run->plan.groups[0];
		/* Elsewhere, what has no group never gets one. */
		bool refused = rows[i / 2].refused && (late.late_groups || group->number < 0);

		check_number(rows[i / 2].cmdline, group->refused, refused);
		if (refused)
			check_number(rows[i / 2].cmdline, group->members[0].refusal,
				     REFUSAL_NO_GROUP);
		machine_forget(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_guarded),
		cmocka_unit_test(test_late_groups),
	};

	return cmocka_run_group_tests_name("plan_guard", tests, NULL, NULL);
}
