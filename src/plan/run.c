// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/run.h"

#include <errno.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "plan/leftover.h"

/* Address space, not memory: enough for ten thousand functions. */
#define ARENA_SIZE (64 << 20)

struct run *run_create(void)
{
	struct arena *arena = arena_create(ARENA_SIZE);
	struct run *run = arena ? arena_allocate(arena, 1, sizeof(*run)) : NULL;

	if (!run) {
		arena_destroy(arena);
		return NULL;
	}
	run->arena = arena;
	run->lock = -1;
	run->started = deadline_now();
	run->force_by = "vfio_early.force=";
	settings_init(&run->settings, arena);
	return run;
}

void run_destroy(struct run *run)
{
	if (run->lock >= 0)
		close(run->lock);
	arena_destroy(run->arena);
}

bool run_is_wanted(const struct run *run)
{
	return !run->crash && !settings_are_off(&run->settings) && run->settings.devs.count > 0 &&
	       !settings_find_stop(&run->settings);
}

bool run_stands_down(const struct run *run)
{
	return run->trial >= RUN_TRIAL_STOOD_DOWN;
}

bool run_is_locked_out(const struct run *run)
{
	return run->error == -EBUSY && run->phase == RUN_SETTINGS;
}

void run_finish(struct run *run)
{
	run->finished = deadline_now();
}

static bool group_is_done(const struct planned_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].role == ROLE_TAKE &&
		    group->members[i].result != RESULT_TAKEN &&
		    group->members[i].result != RESULT_ALREADY)
			return false;
	return true;
}

int run_exit_code(const struct run *run)
{
	bool unfinished = run->error || run->cut_off || run->died || run->interrupted ||
			  run->plan.finding_count > 0 ||
			  (run_is_wanted(run) && !run->plan.group_count) ||
			  (!run->settings.dry_run && !leftover_is_done(&run->plan));

	/* Such a boot only writes a dump, whatever else its image holds. */
	if (run->crash)
		return 0;
	if (run->settings.problems)
		return 2;
	for (size_t i = 0; i < run->plan.group_count; i++) {
		const struct planned_group *group = &run->plan.groups[i];

		if (group->refused || (!run->settings.dry_run && !group_is_done(group)))
			unfinished = true;
	}
	return unfinished ? 1 : 0;
}
