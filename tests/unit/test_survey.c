// SPDX-License-Identifier: GPL-2.0-or-later
/* What survey.c asks of which device: all that a decision needs, and no more. */
#include "plan/survey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "machine.h"
#include "machine/attached.h"
#include "machine/firmware_display.h"
#include "machine/framebuffer.h"
#include "unit.h"

/* The machine as it is; what was read of it is counted by device. */
static struct topology truth;
static struct run *truth_run;
static struct text reads;
static bool gone[16];

/* What listing a group's members is to give. */
static int group_error;
static size_t variants_asked;
static int failure;
static size_t fails_at = SIZE_MAX; /* the device that there is no memory to describe */
/* What the survey is given for the machine's sysfs. */
static struct sysfs here;
static const char *release;

int __wrap_uname(struct utsname *kernel);

int __wrap_uname(struct utsname *kernel)
{
	snprintf(kernel->release, sizeof(kernel->release), "%s", release);
	return 0;
}

static const struct function functions[] = {
	FUNCTION("0000:00:01.0", 0x060400, 1, 0x8086, 0x1901, .header_type = 1),
	FUNCTION("0000:00:02.0", 0x030000, -1, 0x8086, 0x3e98, .boot_display = true),
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .parent = "0000:00:01.0"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa, .parent = "0000:00:01.0"),
	FUNCTION("0000:02:00.0", 0x020000, 2, 0x15b3, 0x101e),
	FUNCTION("0000:03:00.0", 0x010802, 3, 0x144d, 0xa808),
	FUNCTION("0000:04:00.0", 0x0c0330, 0, 0x8086, 0xa36d),
	FUNCTION("0000:04:00.1", 0x050000, 0, 0x8086, 0xa36f),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

int pci_scan(struct pci_source *source, struct arena *arena, struct device **devices, size_t *count)
{
	(void)source;
	if (failure)
		return failure;
	*devices = arena_allocate(arena, truth.count, sizeof(struct device));
	for (size_t i = 0; i < truth.count; i++)
		(*devices)[i] = (struct device){ .address = truth.devices[i].address,
						 .group = -1,
						 .modalias = "" };
	*count = truth.count;
	return 0;
}

/* Returns what is true of a device; its index goes to index. */
static const struct device *find_truth(const struct device *device, size_t *index)
{
	for (size_t i = 0; i < truth.count; i++) {
		if (pci_address_compare(&truth.devices[i].address, &device->address) == 0) {
			*index = i;
			return &truth.devices[i];
		}
	}
	fail_msg("a device that was not scanned");
	return NULL;
}

int pci_identify(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	(void)source, (void)arena;
	if (device->identified || device->gone)
		return 0;
	text_add(&reads, "i%zu ", index);
	device->identified = true;
	device->gone = gone[index];
	if (!device->gone) {
		device->modalias = index == 4 ? "pci:4" : "pci:";
		device->id = known->id;
		device->class = known->class;
		device->boot_display = known->boot_display;
	}
	return 0;
}

int framebuffer_find(const struct sysfs *sysfs, struct arena *arena, const char *iomem,
		     struct device *device)
{
	size_t index;

	find_truth(device, &index);
	assert_ptr_equal(sysfs, &here);
	assert_non_null(arena);
	assert_string_equal(iomem, "/proc/iomem");
	text_add(&reads, "f%zu ", index);
	return 0;
}

int firmware_display_find(struct firmware_display *display, const struct sysfs *sysfs,
			  struct arena *arena, const char *iomem)
{
	(void)sysfs, (void)arena, (void)iomem;
	*display = (struct firmware_display){ 0 };
	text_add(&reads, "w ");
	return 0;
}

bool firmware_display_is_lit(const struct sysfs *sysfs, const struct device *device)
{
	(void)sysfs, (void)device;
	return false;
}

int attached_find(const struct sysfs *sysfs, struct arena *arena, struct device *devices,
		  size_t count)
{
	assert_ptr_equal(sysfs, &here);
	assert_non_null(arena);
	assert_non_null(devices);
	assert_int_equal(count, truth.count);
	text_add(&reads, "a ");
	return 0;
}

int pci_locate(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	(void)source, (void)arena;
	if (device->located)
		return 0;
	text_add(&reads, "l%zu ", index);
	device->located = true;
	device->parent = known->parent;
	device->kernel_path = known->kernel_path;
	return 0;
}

int pci_describe(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	(void)source, (void)arena;
	if (device->described || device->gone)
		return 0;
	if (index == fails_at)
		return -ENOMEM;
	text_add(&reads, "d%zu ", index);
	device->described = true;
	device->header_type = known->header_type;
	return 0;
}

int pci_read(struct pci_source *source, struct arena *arena, struct device *device)
{
	size_t index;
	const struct device *known = find_truth(device, &index);

	if (pci_locate(source, arena, device) || pci_identify(source, arena, device) ||
	    pci_describe(source, arena, device))
		return -ENOMEM;
	device->group = known->group;
	return 0;
}

int pci_find_group(struct pci_source *source, struct device *device)
{
	size_t index, other;
	int number = find_truth(device, &index)->group;
	struct device *all = device - index;

	(void)source;
	if (device->group >= 0 || gone[index])
		return 0;
	text_add(&reads, "g%zu ", index);
	if (group_error)
		return group_error;
	for (size_t i = 0; number >= 0 && i < truth.count; i++)
		if (find_truth(&all[i], &other)->group == number)
			all[i].group = number;
	return 0;
}

enum iommu_state pci_iommu_state(const struct sysfs *sysfs)
{
	(void)sysfs;
	return truth.iommu;
}

bool pci_groups_come_late(const struct sysfs *sysfs)
{
	(void)sysfs;
	return truth.late_groups;
}

int module_find_variant(struct module_context *context, const char *modalias, char *driver,
			size_t size)
{
	(void)context, (void)size;
	variants_asked++;
	if (!streq(modalias, "pci:4"))
		return -ENOENT;
	strcpy(driver, "mlx5_vfio_pci");
	return 0;
}

static int start(void **state)
{
	truth_run = machine_run();
	machine_survey(truth_run, &machine);
	truth = truth_run->topology;
	memset(gone, 0, sizeof(gone));
	reads.used = 0;
	reads.bytes[0] = '\0';
	variants_asked = 0;
	failure = 0;
	fails_at = SIZE_MAX;
	here = (struct sysfs){ .root = "/sys", .fd = -1 };
	release = "6.1.0-41-amd64";
	*state = machine_run();
	return 0;
}

static int end(void **state)
{
	machine_forget(*state);
	machine_forget(truth_run);
	return 0;
}

static int look(struct run *run, const char *cmdline, bool modules)
{
	assert_int_equal(settings_read_cmdline(&run->settings, cmdline), 0);
	assert_null(run->settings.problems);
	return survey(&run->topology, run->arena, &run->settings, NULL, &here,
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

		reads.used = 0;
		reads.bytes[0] = '\0';
		check_number(rows[i].cmdline, look(run, rows[i].cmdline, true), 0);
		check_text(rows[i].cmdline, reads.bytes, rows[i].reads);
		assert_int_equal(run->topology.count, ARRAY_SIZE(functions));
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
		assert_int_equal(
			survey_all(&run->topology, run->arena, &run->settings, NULL, &here, NULL),
			0);
		assert_int_equal(run->topology.count, truth.count);
		for (size_t j = 0; j < truth.count; j++) {
			const struct device *device = &run->topology.devices[j];

			assert_true(device->located && device->identified && device->described);
			assert_int_equal(device->group, truth.devices[j].group);
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

	gone[4] = true;
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

	group_error = -ENOMEM;
	error = look(run, "vfio_early.devs=02:00.0", true);
	group_error = 0;
	assert_int_equal(error, -ENOMEM);
}

static void test_variants(void **state)
{
	struct run *run = *state;

	assert_int_equal(look(run, "vfio_early.devs=02:00.0,03:00.0 vfio_early.driver=auto", true),
			 0);
	assert_true(variants_asked >= 2);
	assert_string_equal(run->topology.devices[4].variant_driver, "mlx5_vfio_pci");
	assert_null(run->topology.devices[5].variant_driver);
}

static void test_variants_not_asked_for(void **state)
{
	struct run *run = *state, *other = machine_run();

	assert_int_equal(look(run, "vfio_early.devs=02:00.0", true), 0);
	assert_int_equal(look(other, "vfio_early.devs=02:00.0 vfio_early.driver=auto", false), 0);
	assert_int_equal(variants_asked, 0);
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

		here.root = kernels[i].root;
		release = kernels[i].release;
		assert_int_equal(look(run, "", false), 0);
		check_number(kernels[i].release, run->topology.counts_owners, kernels[i].counts);
		machine_forget(run);
	}
}

static void test_errors(void **state)
{
	struct run *run = *state;

	failure = -EIO;
	assert_int_equal(look(run, "vfio_early.devs=02:00.0", true), -EIO);
	failure = 0;
	/* The one that was listed, and one of its group. */
	for (fails_at = 2; fails_at <= 3; fails_at++) {
		struct run *other = machine_run();

		assert_int_equal(look(other, "vfio_early.devs=01:00.0", true), -ENOMEM);
		machine_forget(other);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, end)

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
