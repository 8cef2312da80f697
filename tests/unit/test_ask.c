// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks the kernel for late groups, and checks what remains when the worker ends. */
#include "boot/ask.h"

#include <errno.h>
#include <string.h>

#include "kernel_model.h"
#include "unit.h"

static const struct function functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, -1, 0x1b36, 0x000c, .header_type = 1),
	FUNCTION("0000:00:1e.0", 0x080700, -1, 0x8086, 0x0b23),
	FUNCTION("0000:01:00.0", 0x010802, -1, 0x1b36, 0x0010),
	FUNCTION("0000:01:00.1", 0x020000, 1, 0x8086, 0x10d3, .driver = "e1000e"),
	FUNCTION("0000:02:00.0", 0x030000, -1, 0x10de, 0x1f91, .override = "none"),
	FUNCTION("0000:03:00.0", 0x030000, 3, 0x10de, 0x1f91),
	FUNCTION("0000:04:00.0", 0x020000, -1, 0x8086, 0x10d3, .driver = "e1000"),
	FUNCTION("0000:05:00.0", 0x020000, -1, 0x8086, 0x10d3, .gone = true),
	FUNCTION("0000:06:00.0", 0x020000, -1, 0x8086, 0x10d3, .override = "pcieport"),
	FUNCTION("0000:07:00.0", 0x010802, 7, 0x1b36, 0x0010, .override = "pcieport"),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

/* The kernel is asked for the groups of these functions, in this order. */
static const char *const asked[] = { "0000:01:00.0", "0000:02:00.0", "0000:06:00.0" };

int pci_read(struct pci_source *source, struct arena *arena, struct device *device)
{
	(void)source, (void)arena, (void)device;
	return 0;
}

static struct run *boot(void)
{
	struct run *run = machine_run();

	kernel_boot(&machine);
	kernel_register("pcieport");
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		kernel_device(asked[i])->late_group = 10 + (int)i;
		kernel_device(asked[i])->probe_error = -ENODEV;
	}
	/* Nobody wants the override that a killed run left, before it asked or after. */
	kernel_device("0000:06:00.0")->override_before[0] = '\0';
	kernel_device("0000:07:00.0")->override_before[0] = '\0';
	kernel_device("0000:07:00.0")->probe_error = -ENODEV;
	machine_survey(run, &machine);
	run->at_boot = true;
	return run;
}

static int ask(struct run *run)
{
	struct execution execution = kernel_execution();
	const struct deadline deadline = deadline_after(1000);

	return ask_groups(run, execution.sysfs, NULL, &deadline);
}

/* Everything except the last few functions is unchanged, apart from groups. */
static void check_as_before(const char *name, const struct run *run, size_t last)
{
	check_true(name, !run->asked);
	for (size_t i = 0; i < kernel.device_count - last; i++)
		check_true(name, kernel_is_as_before(&kernel.devices[i]));
}

static void test_asked(void **state)
{
	struct text journal = { .used = 0 };
	struct run *run = boot();

	(void)state;
	kernel.journal = &journal;
	assert_int_equal(ask(run), 0);
	assert_true(run->groups_asked);
	check_as_before("asked", run, 0);
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		assert_int_equal(kernel_device(asked[i])->group, 10 + (int)i);
	/* Nothing was written about any other; one that has an override of its own is not offered.
	 */
	check_text("journal", journal.bytes,
		   "bus/pci/devices/0000:01:00.0/driver_override pcieport\n"
		   "bus/pci/devices/0000:01:00.0/driver_override -\n"
		   "bus/pci/drivers_probe 0000:01:00.0\n"
		   "bus/pci/devices/0000:02:00.0/driver_override pcieport\n"
		   "bus/pci/devices/0000:02:00.0/driver_override none\n"
		   "bus/pci/devices/0000:06:00.0/driver_override pcieport\n"
		   "bus/pci/devices/0000:06:00.0/driver_override -\n"
		   "bus/pci/drivers_probe 0000:06:00.0\n"
		   "bus/pci/devices/0000:07:00.0/driver_override pcieport\n"
		   "bus/pci/devices/0000:07:00.0/driver_override -\n"
		   "bus/pci/drivers_probe 0000:07:00.0\n");
	machine_forget(run);
}

/* On a running system somebody may want a device to have no driver. */
static void test_not_offered(void **state)
{
	struct text journal = { .used = 0 };
	struct run *run = boot();

	(void)state;
	run->at_boot = false;
	kernel.journal = &journal;
	assert_int_equal(ask(run), 0);
	check_as_before("running", run, 0);
	assert_null(strstr(journal.bytes, "drivers_probe"));
	machine_forget(run);
}

/* A driver that was loaded while the override held another name gets its device. */
static void test_passed_by(void **state)
{
	struct run *run = boot();

	(void)state;
	kernel_register("nvme");
	kernel_device("0000:01:00.0")->native = "nvme";
	assert_int_equal(ask(run), 0);
	assert_string_equal(kernel_device("0000:01:00.0")->driver, "nvme");
	machine_forget(run);
}

/* pcieport accepts a device instead of refusing it, and is unbound again. */
static void test_bound(void **state)
{
	struct run *run = boot();

	(void)state;
	kernel_device("0000:02:00.0")->probe_error = 0;
	assert_int_equal(ask(run), 0);
	check_as_before("bound", run, 0);
	machine_forget(run);
}

/* If the override cannot be restored, the run fails, and the next process tries again. */
static void test_every_write_failing(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t at = 1;; at++) {
		struct execution execution = kernel_execution();
		struct text name = { .used = 0 };
		struct run *run = boot();
		int error;

		text_add(&name, "write %zu fails", at);
		kernel.fail_at = at;
		kernel.fail_error = EIO;
		error = ask(run);
		if (kernel.writes < at) {
			machine_forget(run);
			break;
		}
		check_number(name.bytes, error, run->asked ? -EIO : 0);
		failed += error != 0;
		check_number(name.bytes, ask_end(run, execution.sysfs), 0);
		/* The run ends before it reaches what another run left. */
		check_as_before(name.bytes, run, error ? 2 : 0);
		machine_forget(run);
	}
	assert_int_equal(failed, ARRAY_SIZE(asked) + 1);
}

/* Asks until the worker ends before or after a step. Returns false if it was not reached. */
static bool die(struct run *run, size_t at, bool after)
{
	if (setjmp(kernel.cut) == 0) {
		kernel.cut_at = at;
		kernel.cut_after = after;
		ask(run);
		kernel.cut_at = 0;
		return kernel.steps >= at;
	}
	kernel.cut_at = 0;
	return true;
}

/* A worker that dies leaves at most one override, which is restored. */
static void test_every_death(void **state)
{
	bool died = true;

	(void)state;
	for (size_t i = 2; died; i++) {
		struct execution execution = kernel_execution();
		struct text name = { .used = 0 };
		struct run *run = boot();

		text_add(&name, "dead %s step %zu", i % 2 ? "after" : "before", i / 2);
		died = die(run, i / 2, i % 2);
		check_number(name.bytes, ask_end(run, execution.sysfs), 0);
		check_as_before(name.bytes, run, 2);
		machine_forget(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_not_offered),
		cmocka_unit_test(test_passed_by),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_every_write_failing),
		cmocka_unit_test(test_every_death),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
