// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests which configurations are tried, and which are not tried again. */
#include "boot/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "machine.h"
#include "machine/trial_record.h"
#include "scratch.h"
#include "unit.h"

static const struct function functions[] = {
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1f91, .driver = "nouveau"),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa),
	FUNCTION("0000:02:00.0", 0x020000, 2, 0x8086, 0x1533),
};
static const struct machine machine = MACHINE(functions, IOMMU_ON);

/* The same addresses with another card. */
static const struct function others[] = {
	FUNCTION("0000:01:00.0", 0x030000, 1, 0x10de, 0x1e84),
	FUNCTION("0000:01:00.1", 0x040300, 1, 0x10de, 0x10fa),
	FUNCTION("0000:02:00.0", 0x020000, 2, 0x8086, 0x1533),
};
static const struct machine other_machine = MACHINE(others, IOMMU_ON);

#define CARD "vfio_early.devs=01:00.0"

#define PROFILES                                                                       \
	"[profile gaming]\ndevs = 02:00.0\n[profile work]\ndevs = 02:00.0\nwait = 1\n" \
	"[profile card]\ndevs = 01:00.0\n"

/* What the machine shows: its firmware's variables, its kernel and the number of its boot. */
static struct {
	struct scratch variables;
	bool efi;
	const char *release;
	int open_error;
	uint64_t boot;
	size_t loads;
	uint64_t configuration; /* of the last start, where GRUB keeps the record */
} host;

int __wrap_access(const char *path, int mode);
int __wrap_uname(struct utsname *name);
int __wrap_trial_record_open(void);
uint64_t __wrap_trial_record_boot(void);

int __wrap_access(const char *path, int mode)
{
	assert_string_equal(path, "/sys/firmware/efi");
	assert_int_equal(mode, F_OK);
	return host.efi ? 0 : -1;
}

int __wrap_uname(struct utsname *name)
{
	snprintf(name->release, sizeof(name->release), "%s", host.release);
	return 0;
}

int __wrap_trial_record_open(void)
{
	return host.open_error ? host.open_error : dup(host.variables.fd);
}

uint64_t __wrap_trial_record_boot(void)
{
	return host.boot;
}

static int load(void *context, const char *name)
{
	(void)context;
	assert_string_equal(name, "efivarfs");
	host.loads++;
	return -ENOENT;
}

static const struct module_loader loader = { .load = load };

/* Starts the machine once more. Returns the outcome, and whether devices may be touched. */
static enum run_trial start_on(const struct machine *on, const char *cmdline, bool *allowed)
{
	struct run *run = run_create();
	enum run_trial trial;

	assert_non_null(run);
	host.boot++;
	run->at_boot = true;
	assert_int_equal(settings_read_config(&run->settings, "config", PROFILES), 0);
	assert_int_equal(settings_read_host(&run->settings, "host", "confirms = on\n"), 0);
	assert_int_equal(settings_read_cmdline(&run->settings, cmdline), 0);
	machine_survey(run, on);
	assert_int_equal(plan_make(&run->plan, run->arena, &run->settings, &run->topology), 0);
	*allowed = trial_allows(run, &loader);
	trial = run->trial;
	host.configuration = run->configuration;
	/* It decides once. */
	assert_int_equal(trial_allows(run, &loader), *allowed);
	assert_int_equal(run->trial, trial);
	assert_int_equal(run_stands_down(run), !*allowed);
	run_destroy(run);
	return trial;
}

static void check(const char *row, const struct machine *on, const char *cmdline,
		  enum run_trial wanted)
{
	bool allowed;

	check_number(row, start_on(on, cmdline, &allowed), wanted);
	check_number(row, allowed, wanted < RUN_TRIAL_STOOD_DOWN);
}

/* What the running system does once all is well. */
static void confirm(void)
{
	struct trial_record record;

	assert_int_equal(trial_record_read(host.variables.fd, &record), 0);
	record.pending = false;
	assert_int_equal(trial_record_write(host.variables.fd, &record), 0);
}

static int set_up(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	scratch_create(&host.variables);
	host.efi = true;
	host.release = "6.12.3-arch1-1";
	host.boot = 1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&host.variables);
	return 0;
}

static void test_trial(void **state)
{
	(void)state;
	check("first", &machine, CARD, RUN_TRIAL_RUNNING);
	/* The second image of the same boot. */
	host.boot--;
	check("same boot", &machine, CARD, RUN_TRIAL_RUNNING);
	check("did not come up", &machine, CARD, RUN_TRIAL_STOOD_DOWN);
	check("nor later", &machine, CARD, RUN_TRIAL_STOOD_DOWN);
	confirm();
	check("confirmed", &machine, CARD, RUN_TRIAL_NONE);
	assert_int_equal(host.loads, 5);
}

/* What makes a configuration another one, and what does not. */
static void test_fingerprint(void **state)
{
	static const struct {
		const char *release;
		const struct machine *machine;
		const char *cmdline;
		enum run_trial trial;
	} rows[] = {
		{ "6.12.99-arch1-1", &machine, CARD, RUN_TRIAL_NONE },
		{ "6.12", &machine, CARD, RUN_TRIAL_NONE },
		{ "6.12.3", &machine, CARD " quiet", RUN_TRIAL_NONE },
		{ "6.12.3", &machine, CARD " vfio_early.confirm_within=60", RUN_TRIAL_NONE },
		{ "6.13.0", &machine, CARD, RUN_TRIAL_RUNNING },
		{ "6.1.3", &machine, CARD, RUN_TRIAL_RUNNING },
		{ "6.12.3", &other_machine, CARD, RUN_TRIAL_RUNNING },
		{ "6.12.3", &machine, CARD ",02:00.0", RUN_TRIAL_RUNNING },
		{ "6.12.3", &machine, CARD " vfio_early.driver=auto", RUN_TRIAL_RUNNING },
		{ "6.12.3", &machine, CARD " vfio_early.trial=off", RUN_TRIAL_NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_up(NULL);
		check("first", &machine, CARD, RUN_TRIAL_RUNNING);
		confirm();
		host.release = rows[i].release;
		check(rows[i].cmdline, rows[i].machine, rows[i].cmdline, rows[i].trial);
		if (i + 1 < ARRAY_SIZE(rows))
			tear_down(NULL);
	}
}

static void test_new_after_failed(void **state)
{
	(void)state;
	check("first", &machine, CARD, RUN_TRIAL_RUNNING);
	confirm();
	check("bad", &machine, CARD ",02:00.0", RUN_TRIAL_RUNNING);
	check("bad again", &machine, CARD ",02:00.0", RUN_TRIAL_STOOD_DOWN);
	/* The one before still counts as come up, and one that is new is tried. */
	check("back", &machine, CARD, RUN_TRIAL_NONE);
	check("bad still", &machine, CARD ",02:00.0", RUN_TRIAL_STOOD_DOWN);
	check("new", &machine, "vfio_early.devs=02:00.0", RUN_TRIAL_RUNNING);
	confirm();
	check("back again", &machine, CARD, RUN_TRIAL_NONE);
}

/* Each profile is a configuration of its own, and the same settings are one whatever says them. */
static void test_profiles(void **state)
{
	(void)state;
	check("without", &machine, CARD, RUN_TRIAL_RUNNING);
	confirm();
	check("gaming", &machine, "vfio_early.profile=gaming", RUN_TRIAL_RUNNING);
	check("gaming again", &machine, "vfio_early.profile=gaming", RUN_TRIAL_STOOD_DOWN);
	check("work", &machine, "vfio_early.profile=work", RUN_TRIAL_RUNNING);
	check("without again", &machine, CARD, RUN_TRIAL_NONE);
	check("the same by a profile", &machine, "vfio_early.profile=card", RUN_TRIAL_NONE);
}

static void test_without(void **state)
{
	(void)state;
	host.efi = false;
	check("BIOS", &machine, CARD, RUN_TRIAL_NONE);
	assert_int_equal(host.loads, 0);
	host.efi = true;
	host.open_error = -ENODEV;
	check("no file system", &machine, CARD, RUN_TRIAL_UNRECORDED);
	host.open_error = 0;
	scratch_link(&host.variables, "VfioEarlyTrial-9ee8e9ff-6c8c-46a6-9e34-95b381060607",
		     "/dev/full");
	check("damaged", &machine, CARD, RUN_TRIAL_DAMAGED);
}

/* What GRUB passes on, where there are no EFI variables. */
static void test_grub(void **state)
{
	static const struct {
		const char *passed;
		enum run_trial trial, known; /* of a new configuration, and of one that came up */
	} rows[] = {
		{ "recorded", RUN_TRIAL_RUNNING, RUN_TRIAL_NONE },
		{ "failed", RUN_TRIAL_STOOD_DOWN, RUN_TRIAL_NONE },
		{ "unwritable", RUN_TRIAL_UNRECORDED, RUN_TRIAL_NONE },
		{ "idle", RUN_TRIAL_UNARMED, RUN_TRIAL_NONE },
		{ "anything", RUN_TRIAL_DAMAGED, RUN_TRIAL_NONE },
		/* Only whole words count: a doubt takes nothing. */
		{ "record", RUN_TRIAL_DAMAGED, RUN_TRIAL_NONE },
		{ "recorded2", RUN_TRIAL_DAMAGED, RUN_TRIAL_NONE },
		{ "unknown", RUN_TRIAL_DAMAGED, RUN_TRIAL_NONE },
		{ "", RUN_TRIAL_DAMAGED, RUN_TRIAL_NONE },
	};

	(void)state;
	host.efi = false;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char cmdline[160];

		snprintf(cmdline, sizeof(cmdline), CARD " vfio_early.grub=%s,0123456789abcdef",
			 rows[i].passed);
		check(cmdline, &machine, cmdline, rows[i].trial);
		assert_true(host.configuration);
		snprintf(cmdline, sizeof(cmdline),
			 CARD " vfio_early.grub=%s,0123456789abcdef,%016" PRIx64, rows[i].passed,
			 host.configuration);
		check(cmdline, &machine, cmdline, rows[i].known);
		check("another", &other_machine, cmdline, rows[i].trial);
	}
	check("off", &machine, CARD " vfio_early.grub=failed, vfio_early.trial=off",
	      RUN_TRIAL_NONE);
	assert_int_equal(host.configuration, 0);
	host.efi = true;
	check("with EFI variables", &machine, CARD " vfio_early.grub=failed,", RUN_TRIAL_RUNNING);
	assert_int_equal(host.configuration, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_trial, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fingerprint, NULL, tear_down),
		cmocka_unit_test_setup_teardown(test_new_after_failed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_profiles, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_grub, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
