// SPDX-License-Identifier: GPL-2.0-or-later
/* Sentences about steps that failed. */
#include "plan/explain.h"

#include <errno.h>
#include <string.h>

#include "machine.h"
#include "machine/module.h"
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

static const struct {
	enum step step;
	int error;
	const char *text; /* after "group 1 given back to the host: 0000:01:00.0 10de:1f91 " */
} failures[] = {
	{ STEP_RESET, -ETIMEDOUT,
	  "could not be reset after kexec: Connection timed out (it does not come back from it; "
	  "switch the machine off and on)" },
	{ STEP_OVERRIDE, -ENOENT,
	  "could not set driver_override: No such file or directory (the device is gone)" },
	{ STEP_OVERRIDE, -EACCES, "could not set driver_override: Permission denied" },
	{ STEP_LOAD, -ENOENT,
	  "could not load vfio-pci: No such file or directory (this image or kernel lacks the "
	  "module; rebuild the image with vfio-early's hook)" },
	{ STEP_LOAD, MODULE_BLACKLISTED,
	  "could not load vfio-pci: not allowed (it is blacklisted in modprobe.d or by "
	  "modprobe.blacklist=)" },
	{ STEP_LOAD, -ENOEXEC,
	  "could not load vfio-pci: Exec format error (the file is damaged or was built for "
	  "another kernel)" },
	{ STEP_LOAD, -EPERM,
	  "could not load vfio-pci: Operation not permitted (the kernel refuses all further "
	  "modules, or this one: see module_blacklist= on its command line)" },
	{ STEP_LOAD, -ETIMEDOUT,
	  "could not load vfio-pci: Connection timed out (the kernel may be waiting for a driver "
	  "that is still starting a device)" },
	{ STEP_UNBIND, -ENODEV, "could not unbind from nouveau: No such device" },
	{ STEP_BIND, -EINVAL,
	  "could not bind to vfio-pci: Invalid argument (the driver does not support this device, "
	  "or finds no IOMMU for it; see the kernel's line above)" },
	{ STEP_BIND, -EBUSY,
	  "could not bind to vfio-pci: Device or resource busy (virtual functions are enabled on "
	  "it, or its group is in use)" },
	{ STEP_BIND, -ENODEV,
	  "could not bind to vfio-pci: No such device (the device is gone, or the driver did not "
	  "accept it)" },
	{ STEP_READ_BACK, -EIO, "could not confirm its driver: Input/output error" },
};

static void test_failures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		struct run *run = machine_plan(&machine, CARD);
		struct member *member = machine_member(&run->plan, "0000:01:00.0");
		struct text wanted = { .used = 0 };
		const char *text;

		run->plan.groups[0].failed = true;
		member->failed_step = failures[i].step;
		member->error = failures[i].error;
		text = explain_failure(run->arena, &run->plan.groups[0]);
		check_clean(text);
		text_add(&wanted, "group 1 given back to the host: 0000:01:00.0 10de:1f91 %s",
			 failures[i].text);
		check_text(failures[i].text, text, wanted.bytes);
		machine_forget(run);
	}
}

/* There is a sentence for every step and every error. */
static void test_every_failure(void **state)
{
	struct run *run = machine_plan(&machine, CARD);
	struct member *member = machine_member(&run->plan, "0000:01:00.1");

	(void)state;
	run->plan.groups[0].failed = true;
	for (enum step step = STEP_NONE; step <= STEP_READ_BACK; step++) {
		for (int error = -133; error <= MODULE_BLACKLISTED; error++) {
			const char *cause = explain_cause(step, error);

			if (cause)
				check_clean(cause);
			if (error == 0)
				continue;
			member->failed_step = step;
			member->error = error;
			check_clean(explain_failure(run->arena, &run->plan.groups[0]));
		}
	}
	machine_forget(run);
}

static const struct {
	enum reset reset;
	int error;
	const char *text;
} resets[] = {
	{ RESET_NOT_TRIED, 0, NULL },
	{ RESET_DONE, 0, "0000:01:00.0 10de:1f91 reset after kexec" },
	{ RESET_FAILED, -ENOTTY,
	  "0000:01:00.0 10de:1f91 could not be reset after kexec: Inappropriate ioctl for device; "
	  "if a virtual machine cannot use it, reboot without kexec" },
	{ RESET_NO_WAY, -ENOENT,
	  "0000:01:00.0 10de:1f91 not reset after kexec: the kernel has no way to reset it alone; "
	  "if a virtual machine cannot use it, reboot without kexec" },
};

static void test_resets(void **state)
{
	struct run *run = machine_plan(&machine, CARD);
	struct member *member = machine_member(&run->plan, "0000:01:00.0");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(resets); i++) {
		member->reset = resets[i].reset;
		member->reset_error = resets[i].error;
		check_text("reset", explain_reset(run->arena, member), resets[i].text);
	}
	machine_forget(run);
}

static void test_stuck(void **state)
{
	struct run *run = machine_plan(&machine, CARD);
	struct member *member = machine_member(&run->plan, "0000:01:00.0");

	(void)state;
	run->plan.groups[0].failed = true;
	assert_string_equal(explain_failure(run->arena, &run->plan.groups[0]),
			    "group 1 given back to the host: time ran out");
	member->result = RESULT_STUCK;
	member->failed_step = STEP_UNBIND;
	member->error = -ETIMEDOUT;
	assert_string_equal(
		explain_failure(run->arena, &run->plan.groups[0]),
		"group 1 given back to the host: 0000:01:00.0 10de:1f91 could not unbind from "
		"nouveau: Connection timed out (the driver waits for its users to finish); 1 of "
		"its devices could not be given back: reboot with vfio_early=off");
	machine_forget(run);
}

static void test_members(void **state)
{
	struct run *run = machine_plan(&machine, CARD);
	struct member *member = machine_member(&run->plan, "0000:01:00.0");

	(void)state;
	assert_string_equal(explain_member(run, member),
			    "0000:01:00.0 10de:1f91 group 1: nouveau -> vfio-pci");
	member->driver = "nouveau";
	assert_string_equal(explain_member(run, member),
			    "0000:01:00.0 10de:1f91 group 1: nouveau already");
	member = machine_member(&run->plan, "0000:01:00.1");
	assert_string_equal(explain_member(run, member),
			    "0000:01:00.1 10de:10fa group 1: none -> vfio-pci");
	machine_forget(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures), cmocka_unit_test(test_every_failure),
		cmocka_unit_test(test_resets),	 cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests_name("explain_failure", tests, NULL, NULL);
}
