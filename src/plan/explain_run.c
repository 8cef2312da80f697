// SPDX-License-Identifier: GPL-2.0-or-later
/* What a whole run came to, in words. */
#include "plan/explain.h"

#include <string.h>

#include "lib/held_signals.h"
#include "lib/say.h"

const char *explain_end(const struct run *run)
{
	if (run_is_locked_out(run))
		return run->holder
			       ? SAY(run->arena,
				     "another vfio-early (pid %d) is still running; this one "
				     "touched nothing",
				     (int)run->holder)
			       : "another vfio-early is still running; this one touched nothing";
	if (run->error && run->phase == RUN_SETTINGS)
		return SAY(run->arena, "could not start: %s; nothing was touched",
			   strerror(-run->error));
	if (run->error)
		return SAY(run->arena,
			   "could not read this machine's devices: %s; nothing was touched",
			   strerror(-run->error));
	if (run->interrupted)
		return SAY(run->arena, "%s: %s",
			   run->signal ? held_signal_name(run->signal) : "stopped",
			   run->phase < RUN_EXECUTE ? "nothing was touched"
						    : "unfinished groups were given back");
	if (run->died)
		return "the worker process died; its groups were given back";
	if (run->cut_off && run->phase < RUN_EXECUTE)
		return "reading this machine's devices took too long; nothing was touched";
	if (run->cut_off)
		return SAY(run->arena,
			   "stopped: not finished after %u seconds (vfio_early.timeout=)",
			   run->settings.timeout_seconds);
	return NULL;
}

/* Appends "COUNT THING(s) WHAT" to a list, unless count is 0. */
static const char *add_count(struct arena *arena, const char *list, size_t count, const char *thing,
			     const char *what)
{
	if (!count)
		return list;
	return SAY(arena, "%s, %zu %s%s %s", list, count, thing, count == 1 ? "" : "s", what);
}

const char *explain_trial(const struct run *run)
{
	switch (run->trial) {
	case RUN_TRIAL_RUNNING:
		return "this configuration is new, so this boot is a trial: if it does not come "
		       "up, the next one takes nothing";
	case RUN_TRIAL_UNRECORDED:
		return SAY(run->arena,
			   "this trial could not be recorded in %s: %s; if this boot "
			   "does not come up, start one with vfio_early=off",
			   run->configuration ? "grubenv" : "an EFI variable",
			   strerror(-run->trial_error));
	case RUN_TRIAL_STOOD_DOWN:
		return "the last boot with this configuration did not come up: to try it again: "
		       "vfio-early retry; to take its devices from now on: vfio-early confirm";
	case RUN_TRIAL_UNARMED:
		return "this configuration is new, and GRUB did not record this boot as its "
		       "trial: the next boot is; to take its devices without one: vfio-early "
		       "confirm";
	case RUN_TRIAL_DAMAGED:
		return "the record of trials is damaged: to begin a new one: vfio-early retry";
	default:
		return NULL;
	}
}

const char *explain_nothing_picked(const struct run *run)
{
	if (run_stands_down(run) || explain_end(run) || run->plan.group_count ||
	    run->plan.finding_count)
		return NULL;
	return "devs picks nothing but what '!' leaves out; list the devices to take";
}

const char *explain_off(const struct run *run)
{
	if (run->settings.off)
		return "vfio_early=off is on the kernel command line: nothing was touched";
	if (!run->settings.in_boot)
		return "boot = nothing is set: nothing was touched; to take devices again: "
		       "vfio-early on";
	return SAY(run->arena,
		   "'%s' on the kernel command line starts this system for repair: nothing was "
		   "touched; to take devices then too: rescue = take",
		   run->settings.repair);
}

const char *explain_summary(const struct run *run)
{
	size_t taken = 0, refused = 0, undone = 0;
	int64_t microseconds = (run->finished - run->started) / 1000;
	const char *list, *stop = explain_stop(run->arena, &run->settings);

	if (run->crash)
		return "this is a crash kernel (kdump): nothing is touched";
	if (settings_are_off(&run->settings))
		return explain_off(run);
	if (stop)
		return stop;
	if (!run_is_wanted(run))
		return run->settings.problems ? "nothing was touched: no device is listed"
					      : "no devices are listed: nothing to do";
	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		refused += group->refused;
		undone += group->failed;
		for (size_t j = 0; !group->refused && !group->failed && j < group->count; j++)
			taken += group->members[j].role == ROLE_TAKE;
	}
	if (run_stands_down(run))
		return SAY(run->arena, "nothing was touched: %s", explain_trial(run));
	if (run->plan.stopped)
		return SAY(run->arena,
			   "nothing was touched: a selector that keeps devices with the host "
			   "cannot be used");
	if (explain_nothing_picked(run))
		return SAY(run->arena, "nothing was touched: %s", explain_nothing_picked(run));
	list = SAY(run->arena, "%zu device%s %s", taken, taken == 1 ? "" : "s",
		   run->settings.dry_run ? "would be taken" : "taken");
	list = add_count(run->arena, list, refused, "group", "refused");
	list = add_count(run->arena, list, undone, "group", "given back");
	list = add_count(run->arena, list, run->plan.finding_count, "selector",
			 "without a device to take");
	return SAY(run->arena, "%s%s, in %lld.%03lld ms",
		   run->settings.dry_run ? "dry run, nothing was touched: " : "", list,
		   (long long)microseconds / 1000, (long long)microseconds % 1000);
}
