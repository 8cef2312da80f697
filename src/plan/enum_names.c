// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/enum_names.h"

const char *step_name(enum step step)
{
	static const char names[][10] = {
		[STEP_NONE] = "none",	      [STEP_RESET] = "reset",
		[STEP_OVERRIDE] = "override", [STEP_EVICT_FRAMEBUFFER] = "release",
		[STEP_LOAD] = "load",	      [STEP_UNBIND] = "unbind",
		[STEP_BIND] = "bind",	      [STEP_READ_BACK] = "read-back",
	};

	return names[step];
}

const char *reset_outcome_name(enum reset reset)
{
	static const char names[][7] = {
		[RESET_NOT_TRIED] = "none",
		[RESET_DONE] = "done",
		[RESET_FAILED] = "failed",
		[RESET_NO_WAY] = "no-way",
	};

	return names[reset];
}

const char *result_name(enum result result)
{
	static const char names[][8] = {
		[RESULT_PENDING] = "pending", [RESULT_TAKEN] = "taken",
		[RESULT_ALREADY] = "already", [RESULT_LEFT] = "left",
		[RESULT_UNDONE] = "undone",   [RESULT_STUCK] = "stuck",
		[RESULT_LOST] = "lost",
	};

	return names[result];
}

const char *finding_name(enum finding_kind kind)
{
	static const char names[][21] = {
		[FINDING_ABSENT] = "absent",
		[FINDING_IDENTITY] = "identity",
		[FINDING_BRIDGES] = "bridges-only",
		[FINDING_BEHIND_VMD] = "behind-vmd",
		[FINDING_EXCLUDES_NOTHING] = "excludes-nothing",
		[FINDING_DISPLAY_UNKNOWN] = "boot-display-unknown",
		[FINDING_MISTYPED] = "mistyped",
	};

	return names[kind];
}

const char *trial_name(enum run_trial trial)
{
	static const char names[][11] = {
		[RUN_TRIAL_UNDECIDED] = "none",	       [RUN_TRIAL_NONE] = "none",
		[RUN_TRIAL_RUNNING] = "running",       [RUN_TRIAL_UNRECORDED] = "unrecorded",
		[RUN_TRIAL_STOOD_DOWN] = "stood-down", [RUN_TRIAL_UNARMED] = "unarmed",
		[RUN_TRIAL_DAMAGED] = "damaged",
	};

	return names[trial];
}
