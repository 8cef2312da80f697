// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests what becomes of trials that GRUB records, with GRUB's own grub-editenv. */
#include "command/trial_grub.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/trial_marker.h"
#include "host/grub_record.h"
#include "host/up.h"
#include "scratch.h"
#include "unit.h"

#define MENU   "export vfio_early_loader\nlinux /vmlinuz ro $vfio_early_loader\n"
#define MARKER "run/vfio-early/trial"
#define OURS   "00000000000000aa"

int __wrap_trial_record_open(void);
int __wrap_trial_record_open(void)
{
	return -ENODEV;
}

struct machine {
	struct arena *arena;
	struct scratch scratch;
};

static void machine_create(struct machine *machine, const char *state, const char *marker)
{
	struct grub_record record;

	machine->arena = arena_create(1 << 20);
	scratch_create(&machine->scratch);
	scratch_write(&machine->scratch, "boot/grub/grub.cfg", MENU);
	assert_int_equal(grub_record_read(&record, machine->arena, machine->scratch.path), 0);
	record.state = state;
	record.known = "1,2,3,4";
	assert_int_equal(grub_record_write(&record, machine->arena), 0);
	if (marker)
		scratch_write(&machine->scratch, MARKER, marker);
}

/* Checks what is recorded then, and removes the machine. */
static void check_record(const char *row, struct machine *machine, const char *state,
			 const char *known)
{
	struct grub_record record;

	assert_int_equal(grub_record_read(&record, machine->arena, machine->scratch.path), 0);
	check_text(row, record.state, state);
	check_text(row, record.known, known);
	scratch_remove(&machine->scratch);
	arena_destroy(machine->arena);
}

#define KNOWN "1,2,3,4"
#define ADDED OURS ",1,2,3"

static const struct {
	const char *name;
	const char *state;  /* in grubenv */
	const char *marker; /* of this boot; NULL for none */
	const char *passed; /* by GRUB to this boot */
	struct {
		enum trial_end end;
		const char *state, *known;
	} confirm, forget, settle;
} rows[] = {
	{ "a trial runs",
	  "running",
	  "running " OURS "\n",
	  "recorded,1",
	  { TRIAL_END_DONE, "idle", ADDED },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_DONE, "idle", KNOWN } },
	{ "a new configuration was written during a trial",
	  "armed",
	  "running " OURS "\n",
	  "recorded,1",
	  { TRIAL_END_DONE, "armed", ADDED },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_NONE, "armed", KNOWN } },
	{ "a trial did not come up",
	  "running",
	  "stood-down " OURS "\n",
	  "failed,1",
	  { TRIAL_END_DONE, "idle", ADDED },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_NONE, "running", KNOWN } },
	{ "a trial was not recorded",
	  "idle",
	  "unarmed " OURS "\n",
	  "idle,",
	  { TRIAL_END_DONE, "idle", ADDED },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_DONE, "armed", KNOWN } },
	{ "nothing is known of trials yet",
	  "",
	  "unarmed " OURS "\n",
	  "idle,",
	  { TRIAL_END_DONE, "idle", ADDED },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_DONE, "armed", KNOWN } },
	{ "GRUB could not write",
	  "armed",
	  "unrecorded " OURS "\n",
	  "unwritable,1",
	  { TRIAL_END_DONE, "idle", ADDED },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_NONE, "armed", KNOWN } },
	{ "it has come up before",
	  "running",
	  "none " OURS "\n",
	  "recorded,1",
	  { TRIAL_END_NONE, "running", KNOWN },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_DONE, "idle", KNOWN } },
	{ "nothing was to be taken in this boot",
	  "running",
	  NULL,
	  "recorded,1",
	  { TRIAL_END_NONE, "running", KNOWN },
	  { TRIAL_END_DONE, "armed", KNOWN },
	  { TRIAL_END_DONE, "armed", KNOWN } },
	{ "nothing to do",
	  "idle",
	  "none " OURS "\n",
	  "idle,1",
	  { TRIAL_END_NONE, "idle", KNOWN },
	  { TRIAL_END_NONE, "idle", KNOWN },
	  { TRIAL_END_NONE, "idle", KNOWN } },
};

static void test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct machine machine;
		struct up_roots roots = { .root = machine.scratch.path };

		machine_create(&machine, rows[i].state, rows[i].marker);
		check_number(rows[i].name, trial_confirm("confirm", machine.arena, &roots),
			     rows[i].confirm.end);
		check_number(rows[i].name, trial_marker_read(machine.scratch.path), RUN_TRIAL_NONE);
		check_record(rows[i].name, &machine, rows[i].confirm.state, rows[i].confirm.known);

		machine_create(&machine, rows[i].state, rows[i].marker);
		check_number(rows[i].name,
			     trial_forget("retry", machine.arena, machine.scratch.path),
			     rows[i].forget.end);
		check_record(rows[i].name, &machine, rows[i].forget.state, rows[i].forget.known);

		machine_create(&machine, rows[i].state, rows[i].marker);
		check_number(rows[i].name,
			     trial_grub_settle("confirm", machine.arena, machine.scratch.path,
					       rows[i].passed),
			     rows[i].settle.end);
		check_record(rows[i].name, &machine, rows[i].settle.state, rows[i].settle.known);
	}
}

static void test_damaged(void **state)
{
	struct machine machine;
	struct up_roots roots = { .root = machine.scratch.path };

	(void)state;
	machine_create(&machine, "running", "stood-down " OURS "\n");
	scratch_write(&machine.scratch, "boot/grub/grubenv", "vfio_early_trial=running\n");
	assert_true(trial_grub_is_used(machine.arena, machine.scratch.path));
	assert_int_equal(trial_confirm("confirm", machine.arena, &roots), TRIAL_END_FAILED);
	assert_int_equal(trial_forget("retry", machine.arena, machine.scratch.path),
			 TRIAL_END_FAILED);
	assert_int_equal(trial_marker_read(machine.scratch.path), RUN_TRIAL_STOOD_DOWN);
	scratch_remove(&machine.scratch);
	arena_destroy(machine.arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
