// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/trial_watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/trial_end.h"
#include "command/trial_marker.h"
#include "command/trial_reboot.h"
#include "lib/command.h"
#include "lib/deadline.h"
#include "lib/held_signals.h"
#include "lib/say.h"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

struct looking {
	const struct trial_watch *watch;
	const char *root;
	struct arena *arena; /* emptied after each look */
	char said[2048];     /* what the watch last said that it waits for */
};

static const char *join(struct arena *arena, const struct up_reason *reason)
{
	const char *text = reason->text;

	while ((reason = reason->next))
		text = SAY(arena, "%s; %s", text, reason->text);
	return text;
}

/* Returns what the watch still waits for; NULL for nothing. */
static const char *look(const struct looking *looking)
{
	struct up_wanted wanted = { .program = looking->watch->program };
	const char *path = arena_print(looking->arena, "%s" LINKS_PATH, looking->root);
	struct up_reason *reasons;
	struct link *links = NULL;
	int error = path ? links_read(&links, looking->arena, path) : -ENOMEM;

	/* Before a machine's first trial nothing is known of its links. */
	if (error && error != -ENOENT)
		return SAY(looking->arena, LINKS_PATH " cannot be used: %s; remove it",
			   strerror(-error));
	wanted.links = links;
	error = up_find(&reasons, looking->arena, &looking->watch->roots, &wanted,
			deadline_now() / 1000);
	if (error)
		return OUT_OF_MEMORY;
	return reasons ? join(looking->arena, reasons) : NULL;
}

static void say(struct looking *looking, const char *waiting)
{
	if (strncmp(waiting, looking->said, sizeof(looking->said) - 1) == 0)
		return;
	snprintf(looking->said, sizeof(looking->said), "%s", waiting);
	text_print(stdout,
		   "vfio-early: this boot is a trial, and is confirmed when all is up; it waits "
		   "for this: %s\n",
		   waiting);
	fflush(stdout);
}

static int confirm_now(const struct looking *looking)
{
	if (trial_confirm("confirm", looking->arena, &looking->watch->roots) == TRIAL_END_FAILED)
		return EXIT_PARTLY;
	text_print(stdout, "vfio-early: the trial is confirmed: everything is up, and from now on "
			   "every boot takes the devices\n");
	return EXIT_DONE;
}

/* Waits for the next look. Returns whether a signal came. */
static bool pause_for(const struct trial_watch *watch)
{
	struct pollfd signal = { .fd = watch->signals->fd, .events = POLLIN };

	return poll(&signal, 1, watch->pause) > 0;
}

static int reboot_now(const struct looking *looking)
{
	const struct trial_watch *watch = looking->watch;
	const char *text =
		SAY(looking->arena,
		    "this trial of vfio-early was not confirmed within %u seconds, so the machine "
		    "reboots now, and the next boot takes no devices: %s",
		    watch->seconds, looking->said);

	text_print(stdout, "vfio-early: %s\n", text);
	fflush(stdout);
	return trial_reboot(&watch->roots, text, watch->signals);
}

static int watch_on(struct looking *looking)
{
	const struct trial_watch *watch = looking->watch;
	const struct deadline deadline = deadline_after((int64_t)watch->seconds * 1000);

	while (trial_marker_read(looking->root) == RUN_TRIAL_RUNNING) {
		size_t mark = arena_mark(looking->arena);
		const char *waiting = look(looking);

		if (!waiting)
			return confirm_now(looking);
		say(looking, waiting);
		if (watch->seconds && !deadline_left(&deadline))
			return reboot_now(looking);
		arena_rewind(looking->arena, mark);
		if (pause_for(watch))
			return EXIT_DONE;
	}
	return EXIT_DONE;
}

int trial_watch(const struct trial_watch *watch)
{
	struct looking looking = { .watch = watch, .root = watch->roots.root };
	int code;

	if (!looking.root)
		looking.root = "";
	looking.arena = arena_create(ARENA_SIZE);
	if (!looking.arena) {
		text_print(stderr, "vfio-early: confirm: " OUT_OF_MEMORY "\n");
		return EXIT_PARTLY;
	}
	code = watch_on(&looking);
	arena_destroy(looking.arena);
	return code;
}
