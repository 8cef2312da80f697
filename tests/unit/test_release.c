// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives devices back on a running system, on the model of kernel_model.c. */
#include "command/release.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/in_use.h"
#include "kernel_model.h"
#include "lib/command.h"
#include "plan/explain.h"
#include "strict_json.h"
#include "unit.h"

/* A card of two functions that had drivers, with a NIC and a bridge beside it. */
static const struct function functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, .driver = "snd_hda_intel"),
	FUNCTION("0000:02:00.0", 0x020000, 2, 0x8086, 0x10d3, .driver = "e1000e"),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

void __wrap_in_use_find_machine(struct arena *arena, const struct sysfs *sysfs, const char *proc,
				const char *dev, int group, const char **user);

const char *__wrap_explain_finding(struct arena *arena, const struct finding *finding);

/* The texts are tested with explain_finding.c. */
const char *__wrap_explain_finding(struct arena *arena, const struct finding *finding)
{
	(void)arena;
	return finding->selector->text;
}

/* The number of the group that is open. */
static int group_in_use;

void __wrap_in_use_find_machine(struct arena *arena, const struct sysfs *sysfs, const char *proc,
				const char *dev, int group, const char **user)
{
	(void)arena, (void)sysfs, (void)proc, (void)dev;
	*user = group == group_in_use ? "qemu (pid 1)" : NULL;
}

/* The drivers exist; the test sets the result of loading. */
static int load_result;

static int load(void *context, const char *name)
{
	(void)context, (void)name;
	return load_result;
}

static struct release release;

/* Starts with both groups taken; devs is what is asked for. */
static struct run *boot(const char *devs)
{
	struct run *run;

	kernel_boot(&machine);
	kernel_register("vfio-pci");
	group_in_use = -1;
	load_result = 0;
	for (size_t i = 1; i < kernel.device_count; i++) {
		kernel.devices[i].driver = "vfio-pci";
		strcpy(kernel.devices[i].override, "vfio-pci");
	}
	run = machine_plan(&machine, devs);
	for (size_t i = 1; i < run->topology.count; i++) {
		run->topology.devices[i].driver = "vfio-pci";
		run->topology.devices[i].driver_override = "vfio-pci";
	}
	return run;
}

/* Releases. Returns the text, which the caller frees. */
static char *give_back(struct run *run)
{
	static const struct module_loader loader = { .load = load };
	struct execution execution = kernel_execution();
	char *text = NULL, *json = NULL;
	size_t length;
	FILE *out;

	execution.loader = &loader;
	release = (struct release){ .run = run, .proc = "/proc", .dev = "/dev" };
	assert_int_equal(release_do(&release, &execution), 0);
	out = open_memstream(&json, &length);
	release_json(&release, out);
	fclose(out);
	json_check(json, length, NULL);
	free(json);
	out = open_memstream(&text, &length);
	release_text(&release, out);
	fclose(out);
	return text;
}

static void check(const char *address, const char *driver, const char *override)
{
	const struct kernel_device *device = kernel_device(address);

	check_text(address, device->driver, driver);
	check_text(address, device->override, override);
}

/* The whole group is given back, and no other. */
static void test_group(void **state)
{
	struct run *run = boot("vfio_early.devs=01:00.1");
	char *text = give_back(run);

	(void)state;
	check("0000:01:00.0", "nouveau", "");
	check("0000:01:00.1", "snd_hda_intel", "");
	check("0000:02:00.0", "vfio-pci", "vfio-pci");
	check("0000:00:01.0", "pcieport", "");
	check_text("text", text,
		   "vfio-early: 0000:01:00.0 10de:1f91 group 1: vfio-pci -> nouveau\n"
		   "vfio-early: 0000:01:00.1 10de:10fa group 1: vfio-pci -> snd_hda_intel\n");
	assert_int_equal(release_exit_code(&release), EXIT_DONE);
	free(text);
	machine_forget(run);
}

static void test_in_use(void **state)
{
	struct run *run = boot("vfio_early.devs=01:00.0,02:00.0");
	char *text;

	(void)state;
	group_in_use = 1;
	text = give_back(run);
	check("0000:01:00.0", "vfio-pci", "vfio-pci");
	check("0000:01:00.1", "vfio-pci", "vfio-pci");
	check("0000:02:00.0", "e1000e", "");
	assert_int_equal(kernel_device("0000:01:00.0")->touched, 0);
	assert_non_null(strstr(text, "group 1 is not released: qemu (pid 1) has it open"));
	assert_int_equal(release_exit_code(&release), EXIT_PARTLY);
	free(text);
	machine_forget(run);
}

/*
 * A device without any driver for it is no failure; one with a driver should have been
 * taken by it.
 */
static void test_no_driver(void **state)
{
	static const struct {
		int load_result;
		const char *text;
		int code;
	} rows[] = {
		{ -ENOENT, "vfio-pci -> none: this kernel has no driver for it", EXIT_DONE },
		{ MODULE_BLACKLISTED, "its driver is blacklisted", EXIT_PARTLY },
		{ -ENOEXEC, "its driver could not be loaded", EXIT_PARTLY },
		{ 0, "no driver took it", EXIT_PARTLY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run *run = boot("vfio_early.devs=02:00.0");
		char *text;

		kernel_device("0000:02:00.0")->native = NULL;
		load_result = rows[i].load_result;
		text = give_back(run);
		check("0000:02:00.0", NULL, "");
		check_true(rows[i].text, strstr(text, rows[i].text) != NULL);
		check_number(rows[i].text, release_exit_code(&release), rows[i].code);
		free(text);
		machine_forget(run);
	}
}

#define CLAIM "vfio-pci.ids= on the kernel command line"

/* A driver with the device's id would take it again at once, so the id goes first. */
static void test_ids(void **state)
{
	struct run *run = boot("vfio_early.devs=02:00.0 vfio-pci.ids=8086:10d3");
	struct kernel_device *device = kernel_device("0000:02:00.0");
	char *text;

	(void)state;
	device->id_driver = "vfio-pci";
	device->override[0] = '\0';
	run->topology.devices[3].driver_override = NULL;
	text = give_back(run);
	check("0000:02:00.0", "e1000e", "");
	check("0000:01:00.0", "vfio-pci", "vfio-pci");
	check_text("text", text,
		   "vfio-early: 0000:02:00.0 8086:10d3 group 2: vfio-pci -> e1000e; " CLAIM
		   " still names it: remove it there, or the next boot may give it to vfio-pci "
		   "again\n");
	assert_int_equal(release_exit_code(&release), EXIT_DONE);
	free(text);
	machine_forget(run);
}

/* A step that failed is not reported as done. */
static void test_ids_kept(void **state)
{
	static const struct {
		const char *devs, *why;
	} rows[] = {
		{ "vfio_early.devs=02:00.0 vfio-pci.ids=8086:10d3",
		  CLAIM " names it; remove it there and reboot" },
		{ "vfio_early.devs=02:00.0", "remove the id, then release the device again: echo "
					     "8086 10d3 >/sys/bus/pci/drivers/vfio-pci/remove_id" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run *run = boot(rows[i].devs);
		struct kernel_device *device = kernel_device("0000:02:00.0");
		char wanted[512], *text;

		device->id_driver = "vfio-pci";
		device->keeps_id = true;
		text = give_back(run);
		snprintf(wanted, sizeof(wanted),
			 "vfio-early: 0000:02:00.0 8086:10d3 group 2: could not be given back: it "
			 "is on vfio-pci again, which keeps its id: Permission denied: %s\n",
			 rows[i].why);
		check("0000:02:00.0", "vfio-pci", "");
		check_text("text", text, wanted);
		assert_int_equal(release.groups[0].state, RELEASE_FAILED);
		assert_int_equal(release_exit_code(&release), EXIT_PARTLY);
		free(text);
		machine_forget(run);
	}
}

/* Nor is a device that somebody took again meanwhile. */
static void test_taken_again(void **state)
{
	struct run *run = boot("vfio_early.devs=02:00.0");
	char *text;

	(void)state;
	kernel_device("0000:02:00.0")->native = "pci-stub";
	kernel_register("pci-stub");
	text = give_back(run);
	check("0000:02:00.0", "pci-stub", "");
	assert_non_null(strstr(text, "could not be given back: it is on pci-stub again: another "));
	assert_int_equal(release_exit_code(&release), EXIT_PARTLY);
	free(text);
	machine_forget(run);
}

/* A device with only the override is given back too. */
static void test_unbound(void **state)
{
	struct run *run = boot("vfio_early.devs=02:00.0");
	char *text;

	(void)state;
	kernel_device("0000:02:00.0")->driver = NULL;
	run->topology.devices[3].driver = NULL;
	text = give_back(run);
	check("0000:02:00.0", "e1000e", "");
	assert_non_null(strstr(text, "none -> e1000e"));
	free(text);
	machine_forget(run);
}

static void test_not_taken(void **state)
{
	struct run *run = boot("vfio_early.devs=02:00.0");
	char *text;

	(void)state;
	kernel_device("0000:02:00.0")->driver = "e1000e";
	kernel_device("0000:02:00.0")->override[0] = '\0';
	run->topology.devices[3].driver = "e1000e";
	run->topology.devices[3].driver_override = NULL;
	text = give_back(run);
	assert_int_equal(kernel_device("0000:02:00.0")->touched, 0);
	check_text("text", text,
		   "vfio-early: 0000:02:00.0: nothing to release: the host already has it, on "
		   "e1000e\n");
	assert_int_equal(release_exit_code(&release), EXIT_DONE);
	free(text);
	machine_forget(run);
}

static void test_absent(void **state)
{
	struct run *run = boot("vfio_early.devs=07:00.0,02:00.0");
	char *text = give_back(run);

	(void)state;
	check("0000:02:00.0", "e1000e", "");
	assert_non_null(strstr(text, "07:00.0\n"));
	assert_int_equal(release_exit_code(&release), EXIT_PARTLY);
	free(text);
	machine_forget(run);
}

/* A guard against taking does not keep a group from being given back. */
static void test_guarded(void **state)
{
	struct run *run = boot("vfio_early.devs=02:00.0 vfio_early.protect=02:00.0");
	char *text = give_back(run);

	(void)state;
	check("0000:02:00.0", "e1000e", "");
	free(text);
	machine_forget(run);
}

/*
 * A driver that does not let go keeps its device, which is reported; its neighbour is
 * given back.
 */
static void test_stuck(void **state)
{
	struct run *run = boot("vfio_early.devs=01:00.0");
	char *text;

	(void)state;
	kernel_device("0000:01:00.0")->vfio_hangs = true;
	text = give_back(run);
	assert_string_equal(kernel_device("0000:01:00.0")->override, "vfio-pci");
	check("0000:01:00.1", "snd_hda_intel", "");
	assert_non_null(strstr(text, "0000:01:00.0 10de:1f91 group 1: could not be given back"));
	assert_int_equal(release_exit_code(&release), EXIT_PARTLY);
	free(text);
	machine_forget(run);
}

/* Whichever write fails, devices that were not given back are reported. */
static void test_failing_writes(void **state)
{
	size_t writes;

	(void)state;
	for (size_t fail = 1;; fail++) {
		struct run *run = boot("vfio_early.devs=01:00.0");
		bool whole;
		char *text;

		kernel.fail_at = fail;
		kernel.fail_error = EIO;
		text = give_back(run);
		writes = kernel.writes;
		whole = streq(kernel_device("0000:01:00.0")->driver ?: "", "nouveau") &&
			streq(kernel_device("0000:01:00.1")->driver ?: "", "snd_hda_intel") &&
			!kernel_device("0000:01:00.0")->override[0] &&
			!kernel_device("0000:01:00.1")->override[0];
		check_true(kernel.failed_path, whole == (release_exit_code(&release) == EXIT_DONE));
		free(text);
		machine_forget(run);
		if (fail > writes)
			break;
	}
	assert_true(writes >= 6);
}

/* Releases until the worker ends at its at-th step. Returns false if it did fewer. */
static bool give_back_until(struct run *run, size_t at)
{
	static const struct module_loader loader = { .load = load };
	struct execution execution = kernel_execution();

	execution.loader = &loader;
	release = (struct release){ .run = run, .proc = "/proc", .dev = "/dev" };
	if (setjmp(kernel.cut) == 0) {
		kernel.cut_at = at;
		release_do(&release, &execution);
		kernel.cut_at = 0;
		return false;
	}
	kernel.cut_at = 0;
	kernel.in_child = false;
	return true;
}

/* Wherever the worker is killed, another process finishes what it began. */
static void test_finish(void **state)
{
	static const enum worker_end ends[] = { WORKER_DIED, WORKER_KILLED };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		bool cut = true;
		size_t at;

		for (at = 1; cut; at++) {
			struct run *run = boot("vfio_early.devs=01:00.0");
			struct execution execution = kernel_execution();
			bool whole;

			cut = give_back_until(run, at);
			execution.loader = NULL;
			if (cut)
				release_finish(&release, &execution, ends[i]);
			assert_true(release.chosen);
			whole = streq(kernel_device("0000:01:00.0")->driver ?: "", "nouveau") &&
				streq(kernel_device("0000:01:00.1")->driver ?: "", "snd_hda_intel");
			/* A child may still be in an interrupted unbind; that is reported. */
			if (ends[i] == WORKER_DIED)
				assert_true(whole);
			assert_true(whole == (release_exit_code(&release) == EXIT_DONE));
			machine_forget(run);
		}
		assert_true(at > 6);
	}
}

/* Before the devices to give back are chosen, none is. */
static void test_finish_nothing_chosen(void **state)
{
	struct run *run = boot("vfio_early.devs=01:00.0");
	struct execution execution = kernel_execution();

	(void)state;
	release = (struct release){ .run = run, .proc = "/proc", .dev = "/dev" };
	release_finish(&release, &execution, WORKER_DIED);
	assert_int_equal(kernel.writes, 0);
	check("0000:01:00.0", "vfio-pci", "vfio-pci");
	machine_forget(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_no_driver),
		cmocka_unit_test(test_unbound),
		cmocka_unit_test(test_not_taken),
		cmocka_unit_test(test_guarded),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_failing_writes),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_finish_nothing_chosen),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_ids_kept),
		cmocka_unit_test(test_taken_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
