// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/trial_grub.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/trial_marker.h"
#include "host/grub_record.h"
#include "lib/text.h"
#include "lib/util.h"

static enum trial_end fail(const char *command, const struct grub_record *record, int error)
{
	const char *path = record->path ? record->path : "grubenv";

	if (error == -EBADMSG)
		text_print(stderr,
			   "vfio-early: %s: %s, which has the record of trials, is damaged; to "
			   "make a new one: grub-editenv %s create && vfio-early regenerate\n",
			   command, path, path);
	else
		text_print(stderr, "vfio-early: %s: %s: %s\n", command, path, strerror(-error));
	return TRIAL_END_FAILED;
}

bool trial_grub_is_used(struct arena *arena, const char *root)
{
	struct grub_record record;

	return grub_record_read(&record, arena, root) != -ENODEV;
}

/* Writes the record with a state. */
static enum trial_end write_state(const char *command, struct arena *arena,
				  struct grub_record *record, const char *state)
{
	int error;

	record->state = state;
	error = grub_record_write(record, arena);
	return error ? fail(command, record, error) : TRIAL_END_DONE;
}

enum trial_end trial_grub_confirm(const char *command, struct arena *arena, const char *root)
{
	enum run_trial trial = trial_marker_read(root);
	char configuration[17];
	struct grub_record record;
	int error = grub_record_read(&record, arena, root);

	if (error)
		return fail(command, &record, error);
	if (trial == RUN_TRIAL_NONE || !trial_marker_configuration(root, configuration))
		return TRIAL_END_NONE;
	error = grub_record_add(&record, arena, configuration);
	if (error)
		return fail(command, &record, error);
	/* A configuration that was written during the trial waits for its own. */
	return write_state(command, arena, &record,
			   trial == RUN_TRIAL_RUNNING && streq(record.state, "armed") ? "armed"
										      : "idle");
}

enum trial_end trial_grub_forget(const char *command, struct arena *arena, const char *root)
{
	struct grub_record record;
	int error = grub_record_read(&record, arena, root);

	if (error)
		return fail(command, &record, error);
	if (!streq(record.state, "running") && trial_marker_read(root) == RUN_TRIAL_NONE)
		return TRIAL_END_NONE;
	return write_state(command, arena, &record, "armed");
}

enum trial_end trial_grub_settle(const char *command, struct arena *arena, const char *root,
				 const char *passed)
{
	bool unarmed = trial_marker_read(root) == RUN_TRIAL_UNARMED;
	char configuration[17];
	struct grub_record record;
	enum trial_end end;
	int error;

	if (!unarmed && !strstarts(passed, "recorded"))
		return TRIAL_END_NONE;
	error = grub_record_read(&record, arena, root);
	if (error)
		return fail(command, &record, error);
	if (!streq(record.state, unarmed ? "idle" : "running") && *record.state)
		return TRIAL_END_NONE;
	/* The image's program found a configuration that has come up before, or nothing to take. */
	if (!unarmed && trial_marker_configuration(root, configuration))
		return write_state(command, arena, &record, "idle");
	end = write_state(command, arena, &record, "armed");
	if (end == TRIAL_END_DONE)
		text_print(stdout, "vfio-early: the next boot is a trial of this configuration\n");
	return end;
}
