// SPDX-License-Identifier: GPL-2.0-or-later
/* The command confirm says that the configuration that is being tried has come up. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/options.h"
#include "command/preview.h"
#include "command/trial_grub.h"
#include "command/trial_marker.h"
#include "command/trial_watch.h"
#include "lib/command.h"
#include "lib/held_signals.h"
#include "lib/text.h"
#include "plan/explain.h"

/* Between two looks whether the machine is up. */
#define PAUSE_MILLISECONDS 3000

/* For a file system that is mounted late: ten minutes. */
#define RECORD_LOOKS 200

struct options {
	bool when_up;
};

static const struct option_row rows[] = {
	{ .name = "when-up",
	  .help = "wait until the machine is up, as vfio-early-confirm.service does",
	  .offset = offsetof(struct options, when_up) },
};

static const struct option_table table = {
	.command = "confirm",
	.arguments = "",
	.help = "Confirms a configuration that is being tried, or was tried and did not come up:\n"
		"from the next boot on its devices are taken. The system confirms a trial by "
		"itself\n"
		"once it is up.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

/* Confirms whatever the state of the machine. Returns an exit_code. */
static int confirm_by_hand(void)
{
	static const struct up_roots roots;
	struct run *run = run_create();
	enum trial_end end;

	if (!run)
		return preview_complain("confirm", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	end = trial_confirm("confirm", run->arena, &roots);
	run_destroy(run);
	if (end == TRIAL_END_FAILED)
		return EXIT_PARTLY;
	text_print(stdout, end == TRIAL_END_DONE
				   ? "vfio-early: confirmed: from the next boot on the devices of "
				     "this configuration are taken\n"
				   : "vfio-early: nothing to confirm: no configuration is being "
				     "tried\n");
	return EXIT_DONE;
}

/* Reads from the settings how the trial is watched. Returns an exit_code. */
static int read_settings(struct run *run, struct trial_watch *watch)
{
	struct preview preview = { 0 };

	if (preview_read_settings(&preview, run))
		return EXIT_PARTLY;
	for (const struct problem *problem = run->settings.problems; problem;
	     problem = problem->next)
		if (problem->stops &&
		    (problem->key == SETTING_CONFIRM || problem->key == SETTING_COUNT)) {
			text_print(stderr,
				   "vfio-early: confirm: %s: correct it, then: vfio-early "
				   "confirm\n",
				   explain_problem(run->arena, problem));
			return EXIT_MALFORMED;
		}
	watch->program = run->settings.confirm;
	watch->seconds = run->settings.confirm_seconds;
	return EXIT_DONE;
}

static int watch_running(void)
{
	struct held_signals signals;
	struct trial_watch watch = { .pause = PAUSE_MILLISECONDS, .signals = &signals };
	struct run *run = run_create();
	int code;

	if (!run)
		return preview_complain("confirm", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	code = read_settings(run, &watch);
	if (code == EXIT_DONE) {
		held_signals_start(&signals);
		code = trial_watch(&watch);
		held_signals_close(&signals);
	}
	run_destroy(run);
	return code;
}

/* Nothing was taken, and whoever logs in is told. Returns an exit_code. */
static int tell_stood_down(enum run_trial trial)
{
	int error = trial_motd_write("", trial);

	text_print(stdout,
		   trial == RUN_TRIAL_UNARMED
			   ? "vfio-early: nothing was taken: this configuration is new, and GRUB "
			     "did not record this boot as its trial; to take its devices without "
			     "one: vfio-early confirm\n"
			   : "vfio-early: nothing was taken: the last boot with this configuration "
			     "did not come up; to try it again: vfio-early retry; to take its "
			     "devices from now on: vfio-early confirm\n");
	fflush(stdout);
	if (!error)
		return EXIT_DONE;
	text_print(stderr, "vfio-early: confirm: the message of the day: %s\n", strerror(-error));
	return EXIT_PARTLY;
}

/* Waits for the file system that GRUB's record is on. Returns false if a signal came first. */
static bool wait_for_record(struct arena *arena)
{
	struct held_signals signals;
	bool found = false;

	held_signals_start(&signals);
	for (int i = 0; i < RECORD_LOOKS && !found; i++) {
		struct pollfd signal = { .fd = signals.fd, .events = POLLIN };
		size_t mark = arena_mark(arena);

		found = trial_grub_is_used(arena, "");
		arena_rewind(arena, mark);
		if (!found && poll(&signal, 1, PAUSE_MILLISECONDS) > 0)
			break;
	}
	held_signals_close(&signals);
	return found;
}

/* Corrects GRUB's record, if GRUB keeps one and told of it. Returns an exit_code. */
static int settle(void)
{
	struct preview preview = { 0 };
	struct run *run = run_create();
	int code;

	if (!run)
		return preview_complain("confirm", -ENOMEM) ? EXIT_PARTLY : EXIT_DONE;
	code = preview_read_settings(&preview, run) ? EXIT_PARTLY : EXIT_DONE;
	if (code == EXIT_DONE && run->settings.grub && wait_for_record(run->arena) &&
	    trial_grub_settle("confirm", run->arena, "", run->settings.grub) == TRIAL_END_FAILED)
		code = EXIT_PARTLY;
	run_destroy(run);
	return code;
}

/* What the unit runs. Returns an exit_code. */
static int confirm_when_up(void)
{
	enum run_trial trial = trial_marker_read("");
	int code;

	switch (trial) {
	case RUN_TRIAL_RUNNING:
		return watch_running();
	case RUN_TRIAL_STOOD_DOWN:
	case RUN_TRIAL_DAMAGED:
		return tell_stood_down(trial);
	case RUN_TRIAL_UNARMED:
		code = tell_stood_down(trial);
		return code == EXIT_DONE ? settle() : code;
	default:
		text_print(stdout, "vfio-early: this boot is no trial that is to be confirmed\n");
		fflush(stdout);
		return settle();
	}
}

static int run_confirm(int count, char *const *arguments)
{
	struct options options = { 0 };
	int code;

	if (options_read_exactly(&table, &options, 0, count, arguments, &code) < 0)
		return code;
	if (geteuid() != 0) {
		text_print(stderr, "vfio-early: confirm: only root can do this: use sudo\n");
		return EXIT_PARTLY;
	}
	return options.when_up ? confirm_when_up() : confirm_by_hand();
}

const struct command command_confirm = {
	.name = "confirm",
	.arguments = "[--when-up]",
	.help = "Confirm the configuration that is being tried.",
	.run = run_confirm,
};
