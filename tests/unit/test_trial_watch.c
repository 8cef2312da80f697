// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watches a trial until the machine is up, or reboots. systemctl is a script that answers as the
 * test says; the record is a file in place of an EFI variable.
 */
#include "command/trial_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/trial_end.h"
#include "command/trial_marker.h"
#include "lib/command.h"
#include "lib/held_signals.h"
#include "machine/trial_record.h"
#include "scratch.h"
#include "unit.h"

#define MARKER "run/vfio-early/trial"
#define MOTD   "run/motd.d/vfio-early"
#define LINKS  "var/lib/vfio-early/links"
#define RECORD "efivars/VfioEarlyTrial-9ee8e9ff-6c8c-46a6-9e34-95b381060607"

/* What systemctl says while multi-user.target is in a state. */
#define SAY(state)                                                                 \
	"printf 'Id=multi-user.target\\nLoadState=loaded\\nActiveState=" state     \
	"\\n\\nId=multi-user.target\\nLoadState=loaded\\nActiveState=active\\n\\n" \
	"Id=display-manager.service\\nLoadState=not-found\\nActiveState=inactive\\n'\n"

/* Starts systemctl's script: "$here" is the directory of the test, "$1" show or reboot. */
#define SYSTEMCTL "#!/bin/sh\nhere=${0%/*}\n"

struct machine {
	struct arena *arena;
	struct scratch scratch;
	char systemctl[160], proc[160], sysfs[160];
	struct held_signals signals;
	struct trial_watch watch;
};

/* The directory of the record, as of the machine of the running test; or an error. */
static const struct scratch *record_at;
static int record_error;

int __wrap_trial_record_open(void);
int __wrap_trial_record_open(void)
{
	return record_error ? record_error
			    : openat(record_at->fd, "efivars", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void machine_create(struct machine *machine, const char *systemctl)
{
	struct trial_record record = { 0 };
	const char *path;
	int place;

	*machine = (struct machine){ .arena = arena_create(4 << 20) };
	scratch_create(&machine->scratch);
	path = machine->scratch.path;
	snprintf(machine->systemctl, sizeof(machine->systemctl), "%s/systemctl", path);
	snprintf(machine->proc, sizeof(machine->proc), "%s/proc", path);
	snprintf(machine->sysfs, sizeof(machine->sysfs), "%s/sys", path);
	held_signals_start(&machine->signals);
	machine->watch = (struct trial_watch){
		.roots = { path, machine->systemctl, { machine->proc, machine->sysfs } },
		.pause = 1,
		.signals = &machine->signals,
	};
	scratch_write(&machine->scratch, "systemctl", systemctl);
	assert_int_equal(fchmodat(machine->scratch.fd, "systemctl", 0755, 0), 0);
	scratch_write(&machine->scratch, MARKER, "running\n");
	scratch_write(&machine->scratch, MOTD, "of another boot\n");
	scratch_write(&machine->scratch, "sys/class/net/eth0/address", "52:54:00:00:00:01\n");
	scratch_write(&machine->scratch, "sys/class/net/eth0/device/vendor", "0x8086\n");
	scratch_write(&machine->scratch, "proc/net/route", "eth0\t00000000\t0101A8C0\t0003\n");
	scratch_write(&machine->scratch, "efivars/Other", "");
	record_at = &machine->scratch;
	record_error = 0;
	trial_record_begin(&record, 7, trial_record_boot());
	place = trial_record_open();
	assert_int_equal(trial_record_write(place, &record), 0);
	close(place);
}

static void machine_remove(struct machine *machine)
{
	/* A signal that came stays until it is read. */
	while (held_signals_read(&machine->signals))
		;
	held_signals_close(&machine->signals);
	scratch_remove(&machine->scratch);
	arena_destroy(machine->arena);
}

/* Returns what the watch printed; its result goes to *code. */
static const char *run_watch(const struct machine *machine, int *code)
{
	int out = dup(STDOUT_FILENO), file;

	fflush(stdout);
	file = openat(machine->scratch.fd, "out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(out >= 0 && file >= 0 && dup2(file, STDOUT_FILENO) >= 0);
	*code = trial_watch(&machine->watch);
	fflush(stdout);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	close(out);
	close(file);
	return scratch_read(&machine->scratch, "out");
}

static struct trial_record read_record(void)
{
	struct trial_record record;
	int place = trial_record_open();

	assert_int_equal(trial_record_read(place, &record), 0);
	close(place);
	return record;
}

static void check_confirmed(const struct machine *machine)
{
	struct trial_record record = read_record();

	assert_false(record.pending);
	assert_int_equal(record.configurations[0], 7);
	assert_null(scratch_read(&machine->scratch, MARKER));
	assert_null(scratch_read(&machine->scratch, MOTD));
	assert_string_equal(scratch_read(&machine->scratch, LINKS), "eth0 52:54:00:00:00:01\n");
}

#define CONFIRMED                                                                           \
	"vfio-early: the trial is confirmed: everything is up, and from now on every boot " \
	"takes the devices\n"
#define WAITS \
	"vfio-early: this boot is a trial, and is confirmed when all is up; it waits for this: "

static void test_up(void **state)
{
	struct machine machine;
	int code;

	(void)state;
	machine_create(&machine, SYSTEMCTL SAY("active"));
	assert_string_equal(run_watch(&machine, &code), CONFIRMED);
	assert_int_equal(code, EXIT_DONE);
	check_confirmed(&machine);
	machine_remove(&machine);
}

/* What is waited for is said once, and again when it changes. */
static void test_becomes_up(void **state)
{
	struct machine machine;
	int code;

	(void)state;
	machine_create(
		&machine, SYSTEMCTL
		"echo >>\"$here/looks\"\n"
		"case $(grep -c '' \"$here/looks\") in\n"
		"1 | 2 | 3) " SAY(
			"inactive") ";;\n"
				    "4) " SAY(
					    "activating") ";;\n"
							  "5) " SAY(
								  "active") "printf '' "
									    ">\"$here/proc/net/"
									    "route\";;\n"
									    "*) " SAY(
										    "active") "prin"
											      "tf "
											      "'eth"
											      "1\\t"
											      "0\\t"
											      "0\\t"
											      "1\\n"
											      "' "
											      ">\"$"
											      "here"
											      "/pro"
											      "c/"
											      "net/"
											      "rout"
											      "e\";"
											      ";\ne"
											      "sac"
											      "\n");
	scratch_write(&machine.scratch, LINKS, "eth0 52:54:00:00:00:09\n");
	scratch_write(&machine.scratch, "sys/class/net/eth1/address", "52:54:00:00:00:09\n");
	scratch_write(&machine.scratch, "sys/class/net/eth1/device/vendor", "0x8086\n");
	assert_string_equal(run_watch(&machine, &code),
			    WAITS "multi-user.target is inactive\n" WAITS
				  "multi-user.target is activating\n" WAITS
				  "the network link eth0 (52:54:00:00:00:09), which carried a "
				  "route before, carries none\n" CONFIRMED);
	assert_int_equal(code, EXIT_DONE);
	assert_false(read_record().pending);
	assert_string_equal(scratch_read(&machine.scratch, LINKS), "eth1 52:54:00:00:00:09\n");
	machine_remove(&machine);
}

static void check_unconfirmed(const struct machine *machine)
{
	assert_true(read_record().pending);
	assert_string_equal(scratch_read(&machine->scratch, MOTD), "of another boot\n");
	assert_null(scratch_read(&machine->scratch, LINKS));
}

/* Ends without a confirmation: a signal, and somebody who confirms by hand. */
static void test_ends(void **state)
{
	static const char *const scripts[] = {
		SYSTEMCTL SAY("inactive") "kill -TERM $PPID\n",
		SYSTEMCTL SAY("inactive") "rm \"$here/" MARKER "\"\n",
		SYSTEMCTL SAY("inactive") "echo stood-down >\"$here/" MARKER "\"\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct machine machine;
		int code;

		machine_create(&machine, scripts[i]);
		check_text(scripts[i], run_watch(&machine, &code),
			   WAITS "multi-user.target is inactive\n");
		check_number(scripts[i], code, EXIT_DONE);
		check_unconfirmed(&machine);
		machine_remove(&machine);
	}
}

/* Nothing tells which links there were, so nothing is confirmed by itself. */
static void test_damaged_links(void **state)
{
	struct machine machine;
	int code;

	(void)state;
	machine_create(&machine, SYSTEMCTL SAY("active"));
	scratch_write(&machine.scratch, LINKS, "eth0\n");
	raise(SIGTERM);
	assert_string_equal(run_watch(&machine, &code),
			    WAITS "/var/lib/vfio-early/links cannot be used: Invalid argument; "
				  "remove it\n");
	assert_int_equal(code, EXIT_DONE);
	assert_true(read_record().pending);
	machine_remove(&machine);
}

static void test_record_fails(void **state)
{
	struct machine machine;
	int code;

	(void)state;
	machine_create(&machine, SYSTEMCTL SAY("active"));
	record_error = -EIO;
	assert_string_equal(run_watch(&machine, &code), "");
	assert_int_equal(code, EXIT_PARTLY);
	assert_int_equal(trial_marker_read(machine.scratch.path), RUN_TRIAL_RUNNING);
	record_error = 0;
	check_unconfirmed(&machine);
	machine_remove(&machine);
}

#define REBOOTS                                                                        \
	"this trial of vfio-early was not confirmed within 1 seconds, so the machine " \
	"reboots now, and the next boot takes no devices: multi-user.target is inactive"

static void test_reboot(void **state)
{
	struct machine machine;
	int code;

	(void)state;
	machine_create(
		&machine,
		SYSTEMCTL "if [ \"$1\" = show ]; then " SAY(
			"inactive") "exit; fi\n"
				    "printf '%s\\n' \"$@\" >\"$here/asked\"\nkill -TERM $PPID\n");
	scratch_write(&machine.scratch, "dev/console", "");
	scratch_write(&machine.scratch, "dev/ttyS0", "");
	scratch_write(&machine.scratch, "dev/tty1", "");
	scratch_write(&machine.scratch, "sys/class/tty/console/active", "tty0 ttyS0\n");
	machine.watch.seconds = 1;
	assert_string_equal(run_watch(&machine, &code), WAITS "multi-user.target is inactive\n"
							      "vfio-early: " REBOOTS "\n");
	assert_int_equal(code, EXIT_PARTLY);
	check_unconfirmed(&machine);
	assert_int_equal(trial_marker_read(machine.scratch.path), RUN_TRIAL_RUNNING);
	assert_string_equal(scratch_read(&machine.scratch, "asked"),
			    "reboot\n--message=vfio-early: " REBOOTS "\n");
	assert_string_equal(scratch_read(&machine.scratch, "dev/console"),
			    "\r\nvfio-early: " REBOOTS "\r\n");
	assert_string_equal(scratch_read(&machine.scratch, "dev/ttyS0"),
			    "\r\nvfio-early: " REBOOTS "\r\n");
	assert_string_equal(scratch_read(&machine.scratch, "dev/tty1"), "");
	machine_remove(&machine);
}

/* By hand the state of the machine does not matter. */
static void test_by_hand(void **state)
{
	struct machine machine;

	(void)state;
	machine_create(&machine, "#!/bin/sh\nexit 1\n");
	scratch_write(&machine.scratch, MARKER, "stood-down\n");
	assert_int_equal(trial_confirm("confirm", machine.arena, &machine.watch.roots),
			 TRIAL_END_DONE);
	check_confirmed(&machine);
	assert_int_equal(trial_confirm("confirm", machine.arena, &machine.watch.roots),
			 TRIAL_END_NONE);
	machine_remove(&machine);
}

static void test_forget(void **state)
{
	struct machine machine;
	struct trial_record record;

	(void)state;
	machine_create(&machine, "#!/bin/sh\nexit 1\n");
	scratch_write(&machine.scratch, MARKER, "stood-down\n");
	assert_int_equal(trial_forget("retry", machine.arena, machine.scratch.path),
			 TRIAL_END_DONE);
	record = read_record();
	assert_false(record.pending);
	assert_false(trial_record_has(&record, 7));
	assert_null(scratch_read(&machine.scratch, MOTD));
	assert_int_equal(trial_marker_read(machine.scratch.path), RUN_TRIAL_NONE);
	assert_int_equal(trial_forget("retry", machine.arena, machine.scratch.path),
			 TRIAL_END_NONE);
	machine_remove(&machine);
}

/* A damaged record cannot be confirmed, only begun anew. */
static void test_damaged_record(void **state)
{
	struct machine machine;

	(void)state;
	machine_create(&machine, "#!/bin/sh\nexit 1\n");
	scratch_write(&machine.scratch, RECORD, "\7\1\1\1nonsense");
	assert_int_equal(trial_confirm("confirm", machine.arena, &machine.watch.roots),
			 TRIAL_END_FAILED);
	assert_int_equal(trial_marker_read(machine.scratch.path), RUN_TRIAL_RUNNING);
	assert_int_equal(trial_forget("retry", machine.arena, machine.scratch.path),
			 TRIAL_END_DONE);
	assert_false(read_record().pending);
	machine_remove(&machine);
}

static void test_marker(void **state)
{
	static const struct {
		const char *text;
		enum run_trial trial;
	} markers[] = {
		{ "running\n", RUN_TRIAL_RUNNING },
		{ "stood-down", RUN_TRIAL_STOOD_DOWN },
		{ "unrecorded\n", RUN_TRIAL_UNRECORDED },
		{ "damaged\n", RUN_TRIAL_DAMAGED },
		{ "", RUN_TRIAL_NONE },
		{ "none\n", RUN_TRIAL_NONE },
		{ "none 00000000000000aa\n", RUN_TRIAL_NONE },
		{ "running 00000000000000aa\n", RUN_TRIAL_RUNNING },
		{ "unarmed 00000000000000aa\n", RUN_TRIAL_UNARMED },
		{ "runningx\n", RUN_TRIAL_NONE },
		{ "a word that is longer than any state has\n", RUN_TRIAL_NONE },
	};
	struct scratch scratch;

	(void)state;
	scratch_create(&scratch);
	assert_int_equal(trial_marker_read(scratch.path), RUN_TRIAL_NONE);
	assert_int_equal(trial_marker_remove(scratch.path), 0);
	for (size_t i = 0; i < ARRAY_SIZE(markers); i++) {
		scratch_write(&scratch, MARKER, markers[i].text);
		check_number(markers[i].text, trial_marker_read(scratch.path), markers[i].trial);
	}
	/* The image for rdinit= leaves it elsewhere. */
	assert_int_equal(trial_marker_remove(scratch.path), 0);
	scratch_write(&scratch, "dev/.vfio-early/trial", "running\n");
	assert_int_equal(trial_marker_read(scratch.path), RUN_TRIAL_RUNNING);
	assert_int_equal(trial_marker_remove(scratch.path), 0);
	assert_int_equal(trial_marker_read(scratch.path), RUN_TRIAL_NONE);
	assert_int_equal(trial_motd_write(scratch.path, RUN_TRIAL_STOOD_DOWN), 0);
	assert_non_null(strstr(scratch_read(&scratch, MOTD), "vfio-early retry\n"));
	assert_int_equal(trial_motd_write(scratch.path, RUN_TRIAL_UNARMED), 0);
	assert_non_null(strstr(scratch_read(&scratch, MOTD), "the next\nboot tries it"));
	assert_int_equal(trial_motd_remove(scratch.path), 0);
	assert_null(scratch_read(&scratch, MOTD));
	scratch_remove(&scratch);
}

/* In a trial a link may be missing that should be there. */
static void test_keep_links(void **state)
{
	struct machine machine;

	(void)state;
	machine_create(&machine, "#!/bin/sh\nexit 1\n");
	assert_int_equal(trial_keep_links(machine.arena, &machine.watch.roots), 0);
	assert_null(scratch_read(&machine.scratch, LINKS));
	scratch_write(&machine.scratch, MARKER, "stood-down\n");
	assert_int_equal(trial_keep_links(machine.arena, &machine.watch.roots), 0);
	assert_string_equal(scratch_read(&machine.scratch, LINKS), "eth0 52:54:00:00:00:01\n");
	machine_remove(&machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_becomes_up),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_damaged_links),
		cmocka_unit_test(test_record_fails),
		cmocka_unit_test(test_reboot),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_damaged_record),
		cmocka_unit_test(test_marker),
		cmocka_unit_test(test_keep_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
