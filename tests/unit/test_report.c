// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "machine.h"
#include "machine/module.h"
#include "machine/pci.h"
#include "plan/explain.h"
#include "scratch.h"
#include "settings_text.h"
#include "strict_json.h"
#include "unit.h"

void __wrap_log_line(enum log_level level, const char *format, ...) PRINTF_FORMAT(2, 3);
void __wrap_log_text(enum log_level level, const char *text);

static struct text lines;

void __wrap_log_line(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	text_add(&lines, "<%d>%s\n", level, line);
}

void __wrap_log_text(enum log_level level, const char *text)
{
	__wrap_log_line(level, "%s", text);
}

/* This machine has no pci.ids. */
const char *pci_device_name(struct pci_source *source, const char *ids, const struct pci_id *id,
			    char *buffer, size_t size)
{
	(void)source, (void)ids, (void)id, (void)buffer, (void)size;
	return NULL;
}

const char *pci_class_short_name(struct pci_source *source, const char *ids, uint32_t class,
				 char *buffer, size_t size)
{
	(void)source, (void)ids;
	snprintf(buffer, size, "class %06x", class);
	return buffer;
}

int __wrap_mkdir(const char *path, mode_t mode);
int __real_mkdir(const char *path, mode_t mode);

/* While /run is missing, nothing can be made below the scratch directory. */
static bool run_missing;

int __wrap_mkdir(const char *path, mode_t mode)
{
	assert_int_equal(mode, 0755);
	if (streq(path, "/run")) {
		run_missing = false;
		return 0;
	}
	if (run_missing) {
		errno = ENOENT;
		return -1;
	}
	return __real_mkdir(path, mode);
}

static const struct function functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1,
		 .driver = "pcieport"),
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, .driver = "vfio-pci"),
	FUNCTION("0000:02:00.0", 0x030000, -1, 0x8086, 0x3e98, .driver = "i915",
		 .boot_display = true),
	FUNCTION("0000:03:00.0", 0x020000, 2, 0x8086, 0x15f3, .driver = "igc"),
	FUNCTION("0000:04:00.0", 0x010802, 3, 0x144d, 0xa808, .driver = "nvme"),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

static void set_result(struct run *run, const char *address, enum result result,
		       const char *driver_after)
{
	struct member *member = machine_member(&run->plan, address);

	member->result = result;
	member->settled = driver_after != NULL;
	strcpy(member->driver_after, driver_after ? driver_after : "");
}

/*
 * One group taken, one given back, one refused, one without a number, and one selector
 * without a match.
 */
static struct run *finished_run(void)
{
	struct run *run = machine_plan(&machine, "vfio_early.devs=01:00.0,02:00.0,03:00.0,04:00.0,"
						 "05:00.0 vfio_early.protect=04:00.0");
	struct member *failed = machine_member(&run->plan, "0000:03:00.0");

	set_result(run, "0000:01:00.0", RESULT_TAKEN, "vfio-pci");
	set_result(run, "0000:01:00.1", RESULT_ALREADY, "vfio-pci");
	set_result(run, "0000:03:00.0", RESULT_UNDONE, "igc");
	failed->failed_step = STEP_BIND;
	failed->error = -EINVAL;
	for (size_t i = 0; i < run->plan.group_count; i++)
		run->plan.groups[i].failed = run->plan.groups[i].number == 2;
	run->plan.modules[0].done = true;
	run->plan.modules[1].error = MODULE_BLACKLISTED;
	run->phase = RUN_DONE;
	run->started = 1000000;
	run->finished = 3456789;
	return run;
}

static int start(void **state)
{
	static struct scratch scratch;

	scratch_create(&scratch);
	lines.used = 0;
	lines.bytes[0] = '\0';
	*state = &scratch;
	return 0;
}

static int end(void **state)
{
	scratch_remove(*state);
	return 0;
}

static char *json_of(const struct run *run, struct text *strings)
{
	size_t length;
	char *text;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	report_json(run, out);
	assert_int_equal(fclose(out), 0);
	json_check(text, length, strings);
	return text;
}

static void check_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void test_json(void **state)
{
	struct run *run = finished_run();
	char *text = json_of(run, NULL);

	(void)state;
	check_contains(text, "\"schema\": 1");
	check_contains(text, "\"exit_code\": 1");
	check_contains(text, "\"elapsed_us\": 2456");
	check_contains(text, "\"dry_run\": false");
	check_contains(text, "\"state\": \"taken\"");
	check_contains(text, "\"state\": \"undone\"");
	check_contains(text, "\"state\": \"refused\"");
	check_contains(text, "\"group\": null");
	check_contains(text, "\"result\": \"already\"");
	check_contains(text, "\"driver_before\": \"nouveau\", \"driver_wanted\": \"vfio-pci\", "
			     "\"driver_after\": \"vfio-pci\"");
	check_contains(text, "\"action\": \"take\", \"driver_before\": \"nouveau\"");
	check_contains(text, "\"action\": \"leave\", \"driver_before\": \"pcieport\"");
	check_contains(text, "\"action\": \"leave\", \"driver_before\": \"nvme\"");
	check_contains(text, "\"failed_step\": \"bind\", \"errno\": 22, "
			     "\"error\": \"Invalid argument\"");
	check_contains(text, "\"reason\": \"no-iommu-group\"");
	check_contains(text, "\"reason\": \"protected\"");
	check_contains(text, "\"force\": \"protected:0000:04:00.0\"");
	check_contains(text, "\"problem\": \"absent\"");
	check_contains(text, "\"class\": \"030000\"");
	check_contains(text, "\"vendor\": \"10de\"");
	free(text);
	machine_forget(run);
}

/* Users' words, devices' names and a tree's names may be anything. */
static void test_json_of_odd_strings(void **state)
{
	static const char odd[] = "a\"b\\c\x01\x1f\n\t\x7f\xff\xc3(\xed\xa0\x80\xe2\x82\xac";
	static const char read[] = "a\"b\\c\x01\x1f\n\t\x7f\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd"
				   "\xef\xbf\xbd\xef\xbf\xbd\xe2\x82\xac|";
	struct run *run = finished_run();
	struct text strings = { .used = 0 };
	struct device device = *run->plan.groups[0].members[1].device;
	struct problem problem = { .origin = { odd, 1, 1 }, .text = odd };
	size_t count = 0;

	(void)state;
	device.kernel_path = device.driver = device.driver_override = odd;
	run->plan.groups[0].members[1].device = &device;
	run->plan.groups[0].members[1].driver = odd;
	run->settings.problems = &problem;
	run->settings.driver = odd;
	run->settings.devs.items[0].text = odd;
	run->settings.origins[SETTING_DEVS].source = odd;
	free(json_of(run, &strings));
	for (const char *at = strstr(strings.bytes, read); at; at = strstr(at + 1, read))
		count++;
	/* Path, driver before and wanted, override, problem and its source, driver, source. */
	assert_true(count >= 8);
	machine_forget(run);
}

static void test_json_of_nothing(void **state)
{
	struct run *run = machine_run();
	char *text;

	(void)state;
	text = json_of(run, NULL);
	check_contains(text, "\"groups\": []");
	check_contains(text, "\"exit_code\": 0");
	free(text);
	run->error = -EIO;
	text = json_of(run, NULL);
	check_contains(text, "\"error\": \"");
	check_contains(text, "\"exit_code\": 1");
	free(text);
	machine_forget(run);
}

static void test_json_without_memory(void **state)
{
	struct run *run = finished_run();

	(void)state;
	for (size_t at = 1; at < 60; at++) {
		arena_fail_at(run->arena, at);
		free(json_of(run, NULL));
	}
	arena_fail_at(run->arena, 0);
	machine_forget(run);
}

static void test_log(void **state)
{
	struct run *run = finished_run();

	(void)state;
	report_log(run);
	assert_string_equal(lines.bytes,
			    "<4>command line:49: '05:00.0': no device matches\n"
			    "<6>0000:01:00.0 10de:1f91 group 1: nouveau -> vfio-pci\n"
			    "<6>0000:01:00.1 10de:10fa group 1: vfio-pci already\n"
			    "<4>group 2 given back to the host: 0000:03:00.0 8086:15f3 could not "
			    "bind to vfio-pci: Invalid argument (the driver does not support this "
			    "device, or finds no IOMMU for it; see the kernel's line above)\n"
			    "<4>group 3 left to the host because of 0000:04:00.0 144d:a808: the "
			    "host needs it (protect: '04:00.0', command line:76); to take it "
			    "anyway: vfio_early.force=protected:0000:04:00.0\n"
			    "<4>0000:02:00.0 8086:3e98 left to the host: it has no IOMMU group, "
			    "although other devices have one: if it is an integrated Intel GPU, "
			    "add intel_iommu=on to the kernel command line\n"
			    "<4>module vfio_iommu_type1 not loaded: not allowed (it is blacklisted "
			    "in modprobe.d or by modprobe.blacklist=); the devices are bound, but "
			    "a virtual machine may be unable to open them until it is loaded\n"
			    "<6>2 devices taken, 2 groups refused, 1 group given back, 1 selector "
			    "without a device to take, in 2.456 ms\n");
	machine_forget(run);
}

static void test_kexec(void **state)
{
	struct run *run = finished_run();
	char *text;

	(void)state;
	text = json_of(run, NULL);
	assert_null(strstr(text, "kexec"));
	assert_null(strstr(text, "\"reset\""));
	free(text);
	/* Only a boot's report says how the kernel was started. */
	run->at_boot = true;
	text = json_of(run, NULL);
	check_contains(text, "\"kexec\": false");
	free(text);
	run->kexec = true;
	machine_member(&run->plan, "0000:01:00.0")->reset = RESET_DONE;
	machine_member(&run->plan, "0000:01:00.1")->reset = RESET_NO_WAY;
	text = json_of(run, NULL);
	check_contains(text, "\"kexec\": true");
	check_contains(text, "\"reset\": \"done\"");
	check_contains(text, "\"reset\": \"no-way\"");
	free(text);
	report_log(run);
	check_contains(lines.bytes,
		       "<6>this kernel was started by kexec: a device that no driver has is reset "
		       "before it is taken\n");
	check_contains(lines.bytes, "nouveau -> vfio-pci\n"
				    "<6>0000:01:00.0 10de:1f91 reset after kexec\n");
	check_contains(lines.bytes, "<4>0000:01:00.1 10de:10fa not reset after kexec: ");
	machine_forget(run);
}

static void test_log_of_what_else_there_is(void **state)
{
	struct run *run = machine_plan(&machine, "vfio_early.devs=03:00.0 vfio-pci.ids=8086:15f3 "
						 "vfio_early.members=03:00.0@8086:15f2,"
						 "05:00.0@8086:15f3,01:00.0@10de:1f91 "
						 "vfio_early.force=newcomer:03:00.0");
	struct text strings = { .used = 0 };

	(void)state;
	report_log(run);
	check_contains(
		lines.bytes,
		"<6>0000:03:00.0 8086:15f3 group 2: igc -> vfio-pci, forced by 'newcomer:03:00.0' "
		"(command line:138) past the guard 'newcomer': it sits in the");
	check_contains(lines.bytes, "<6>0000:03:00.0 8086:15f3 is also claimed by vfio-pci.ids= on "
				    "the kernel command line, which is no longer needed\n"
				    "<7>members: '05:00.0@8086:15f3' is no longer present\n"
				    "<6>1 device taken");
	free(json_of(run, &strings));
	machine_forget(run);
}

static void test_log_of_problems_and_end(void **state)
{
	struct run *run = machine_run();

	(void)state;
	settings_read_cmdline(&run->settings, "vfio_early.gpu=1");
	run->cut_off = true;
	run->phase = RUN_SURVEY;
	run->settings.devs.count = 0;
	report_log(run);
	assert_string_equal(
		lines.bytes,
		"<3>command line:1: 'vfio_early.gpu': unknown parameter" KNOWN_PARAMETERS "\n"
		"<3>reading this machine's devices took too long; nothing was touched\n"
		"<6>nothing is taken: the setting at command line:1 could not be used "
		"and may be what keeps a device with the host; correct it first\n");
	machine_forget(run);
}

static void directory_of(const struct scratch *scratch, char path[static 160])
{
	snprintf(path, 160, "%s/run", scratch->path);
}

static bool exists(const struct scratch *scratch, const char *path)
{
	return faccessat(scratch->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Exactly the two files. */
static void check_saved(const struct scratch *scratch)
{
	struct stat status;
	const char *text;

	assert_int_equal(fstatat(scratch->fd, "run/report.json", &status, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(status.st_mode & 07777 & ~0644, 0);
	text = scratch_read(scratch, "run/report.json");
	json_check(text, strlen(text), NULL);
	assert_string_equal(scratch_read(scratch, "run/devices"), "0000:01:00.0\n0000:01:00.1\n");
	assert_false(exists(scratch, "run/.report.json.new"));
	assert_false(exists(scratch, "run/.devices.new"));
}

static void test_save(void **state)
{
	struct run *run = finished_run();
	char path[160];

	directory_of(*state, path);
	assert_int_equal(report_save(run, path), 0);
	check_saved(*state);
	/* And once more, over itself. */
	assert_int_equal(report_save(run, path), 0);
	check_saved(*state);
	machine_forget(run);
}

/* An image may lack /run. */
static void test_save_without_run(void **state)
{
	struct run *run = finished_run();
	char path[160];

	directory_of(*state, path);
	run_missing = true;
	assert_int_equal(report_save(run, path), 0);
	assert_false(run_missing);
	check_saved(*state);
	/* It is not made without need. */
	run_missing = false;
	assert_int_equal(report_save(run, path), 0);
	machine_forget(run);
}

/* A reader with the old file open keeps all of it: the file is replaced, not overwritten. */
static void test_save_replaces(void **state)
{
	const struct scratch *scratch = *state;
	struct run *run = finished_run();
	char path[160], old[8] = "";
	int fd;

	directory_of(scratch, path);
	scratch_write(scratch, "run/report.json", "old");
	scratch_write(scratch, "run/.report.json.new", "left by one that was cut off");
	fd = openat(scratch->fd, "run/report.json", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(report_save(run, path), 0);
	check_saved(scratch);
	assert_int_equal(read(fd, old, sizeof(old)), 3);
	assert_string_equal(old, "old");
	close(fd);
	machine_forget(run);
}

static void test_save_follows_no_link(void **state)
{
	static const char *const names[] = { "report.json", ".report.json.new", "devices",
					     ".devices.new" };
	const struct scratch *scratch = *state;
	struct run *run = finished_run();
	char path[160], name[64];

	directory_of(scratch, path);
	scratch_write(scratch, "victim", "precious");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "run/%s", names[i]);
		unlinkat(scratch->fd, name, 0);
		scratch_link(scratch, name, "../victim");
		assert_int_equal(report_save(run, path), 0);
		check_saved(scratch);
		assert_string_equal(scratch_read(scratch, "victim"), "precious");
	}
	machine_forget(run);
}

/* The report belongs to the run with the lock, not to one that gave up waiting. */
static void test_save_of_another(void **state)
{
	const struct scratch *scratch = *state;
	struct run *run = finished_run();
	char path[160];

	directory_of(scratch, path);
	assert_int_equal(report_save(run, path), 0);
	run->plan.group_count = 0;
	run->phase = RUN_SETTINGS;
	run->error = -EBUSY;
	assert_int_equal(report_save(run, path), 0);
	check_saved(scratch);
	/* Any other failure at the beginning is worth a report. */
	run->error = -ENOMEM;
	assert_int_equal(report_save(run, path), 0);
	assert_string_equal(scratch_read(scratch, "run/devices"), "");
	machine_forget(run);
}

static void test_save_into_no_linked_directory(void **state)
{
	const struct scratch *scratch = *state;
	struct run *run = finished_run();
	char path[160];

	directory_of(scratch, path);
	assert_int_equal(mkdirat(scratch->fd, "victim", 0755), 0);
	scratch_link(scratch, "run", "victim");
	assert_true(report_save(run, path) < 0);
	assert_false(exists(scratch, "victim/report.json"));
	assert_false(exists(scratch, "victim/devices"));
	machine_forget(run);
}

static void test_save_where_it_cannot(void **state)
{
	const struct scratch *scratch = *state;
	struct run *run = finished_run();
	char path[160];

	directory_of(scratch, path);
	/* With a directory in the file's place, nothing half done remains. */
	scratch_write(scratch, "run/report.json/file", "");
	assert_true(report_save(run, path) < 0);
	assert_false(exists(scratch, "run/.report.json.new"));
	snprintf(path, sizeof(path), "%s/file", scratch->path);
	scratch_write(scratch, "file", "");
	assert_int_equal(report_save(run, path), -ENOTDIR);
	assert_string_equal(scratch_read(scratch, "file"), "");
	machine_forget(run);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_json),
		TEST(test_json_of_odd_strings),
		TEST(test_json_of_nothing),
		TEST(test_json_without_memory),
		TEST(test_log),
		TEST(test_kexec),
		TEST(test_log_of_what_else_there_is),
		TEST(test_log_of_problems_and_end),
		TEST(test_save),
		TEST(test_save_without_run),
		TEST(test_save_replaces),
		TEST(test_save_follows_no_link),
		TEST(test_save_of_another),
		TEST(test_save_into_no_linked_directory),
		TEST(test_save_where_it_cannot),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
