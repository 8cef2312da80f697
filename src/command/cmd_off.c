// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands off and on set and end that no boot takes a device, here or in another system. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/boot_switch.h"
#include "command/carry_out.h"
#include "command/changeset.h"
#include "command/confirm.h"
#include "command/options.h"
#include "command/other_root.h"
#include "command/regenerate.h"
#include "command/stale_images.h"
#include "host/needs_list.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"
#include "settings/config.h"

/* Address space, not memory. */
#define ARENA_SIZE (64 << 20)

struct options {
	const char *root;
	bool dry_run;
	bool yes;
	bool no_regenerate;
};

static const struct option_row rows[] = {
	{ .name = "root",
	  .value = "DIR",
	  .help = "do it in the system whose root file system is mounted at this directory",
	  .offset = offsetof(struct options, root) },
	{ .name = "dry-run",
	  .help = "show what would change, and change nothing",
	  .offset = offsetof(struct options, dry_run) },
	{ .name = "yes",
	  .help = "do not ask, as in a script",
	  .offset = offsetof(struct options, yes) },
	{ .name = "no-regenerate",
	  .help = "do not rebuild the initramfs images",
	  .offset = offsetof(struct options, no_regenerate) },
};

/* One run of off or on. */
struct turn {
	const char *command; /* "off" or "on" */
	bool off;
	struct options options;
	struct changeset set;
	const char *fault; /* why the config is refused; NULL if it is not */
};

static int complain(const struct turn *turn, const char *path, int error)
{
	text_print(stderr, "vfio-early: %s: %s: %s; nothing was changed\n", turn->command, path,
		   strerror(-error));
	return EXIT_PARTLY;
}

/* Finds out what changes. Returns 0 or -errno. */
static int gather(struct turn *turn)
{
	struct config config = { .path = CONFIG_PATH };
	int error = config_read_text(&config, turn->set.arena, CONFIG_PATH, &turn->fault);
	const char *old = config.text ? config.text : "", *new;

	if (error == -ENOENT)
		error = 0;
	/* Images get the reason in place of a refused config, and take nothing. */
	if (error || turn->fault)
		return error;
	new = boot_switch_edit(turn->set.arena, old, turn->off);
	if (!new)
		return -ENOMEM;
	return streq(old, new) ? 0 : changeset_add(&turn->set, config.path, config.text, new);
}

/* Writes the config and keeps what undo needs. Returns an exit_code. */
static int write_config(struct turn *turn)
{
	unsigned int record;

	if (turn->set.count)
		return carry_out(&turn->set, turn->command, &record);
	text_print(stderr, "vfio-early: " CONFIG_PATH " already says so\n");
	return EXIT_DONE;
}

/* Says what is left to do where images were not rebuilt. Returns EXIT_PARTLY. */
static int say_left(const struct turn *turn, const char *what)
{
	text_print(stderr,
		   turn->off ? "vfio-early: off: %s: the other images take nothing; with these, "
			       "vfio_early=off on the kernel command line does the same for one "
			       "boot, and then: vfio-early regenerate\n"
			     : "vfio-early: on: %s: with these the boot still takes nothing: "
			       "vfio-early regenerate\n",
		   what);
	return EXIT_PARTLY;
}

/* Rebuilds the images and looks whether all have the config. Returns an exit_code. */
static int rebuild(const struct turn *turn)
{
	int error = turn->options.root ? other_root_try() : 0, status;

	if (turn->options.no_regenerate) {
		text_print(stderr,
			   "vfio-early: rebuild the images before the next boot: vfio-early "
			   "regenerate\n");
		return EXIT_DONE;
	}
	if (error) {
		text_print(stderr,
			   "vfio-early: %s: the programs in %s do not run here (%s), so its images "
			   "are as they were\n",
			   turn->command, turn->options.root, strerror(-error));
		stale_images_say();
		return say_left(turn, "not rebuilt");
	}
	if (!turn->options.root)
		host_list_keep_now(turn->set.arena);
	status = regenerate_run(REGENERATE_SCRIPT);
	if (status < 0)
		text_print(stderr,
			   "vfio-early: " REGENERATE_SCRIPT ": %s; it comes with make install\n",
			   strerror(-status));
	if (stale_images_say())
		return say_left(turn, "the images above could not be rebuilt");
	return status ? say_left(turn, "not all images could be rebuilt") : EXIT_DONE;
}

/* Says how it goes on. */
static void say_done(const struct turn *turn)
{
	if (turn->off)
		text_print(stderr, "vfio-early: no boot takes a device now; to take them again: "
				   "vfio-early on\n");
	else
		text_print(stderr, "vfio-early: the next boot takes devices again: now reboot; "
				   "before that: vfio-early plan\n");
}

static int work(struct turn *turn)
{
	const char *typed;
	int error = gather(turn), code;

	if (error)
		return complain(turn, CONFIG_PATH, error);
	if (turn->fault)
		text_print(stderr,
			   "vfio-early: " CONFIG_PATH " is refused, so images take nothing: %s\n",
			   turn->fault);
	changeset_show(&turn->set, stdout);
	fflush(stdout);
	if (turn->options.dry_run)
		return EXIT_DONE;
	typed = turn->options.root
			? arena_print(turn->set.arena, "%s --root %s --yes", turn->command,
				      text_quote(turn->set.arena, turn->options.root))
			: arena_print(turn->set.arena, "%s --yes", turn->command);
	if (!typed)
		return complain(turn, "memory", -ENOMEM);
	code = turn->options.yes || !turn->set.count ? EXIT_DONE : confirm(typed);
	if (code == EXIT_DONE && !turn->fault)
		code = write_config(turn);
	if (code == EXIT_DONE)
		code = rebuild(turn);
	if (code == EXIT_DONE && !turn->fault && !turn->options.no_regenerate)
		say_done(turn);
	return code;
}

static int run_turn(const char *command, const char *help, bool off, int count,
		    char *const *arguments)
{
	const struct option_table table = {
		.command = command,
		.arguments = "",
		.help = help,
		.rows = rows,
		.count = ARRAY_SIZE(rows),
	};
	struct turn turn = { .command = command, .off = off };
	int code = EXIT_PARTLY;

	if (options_read_exactly(&table, &turn.options, 0, count, arguments, &code) < 0)
		return code;
	if (turn.options.root && streq(turn.options.root, "/"))
		turn.options.root = NULL;
	if (turn.options.root && other_root_enter(turn.options.root, command))
		return EXIT_PARTLY;
	turn.set = (struct changeset){ .arena = arena_create(ARENA_SIZE),
				       .command = command,
				       .time = time(NULL) };
	code = turn.set.arena ? work(&turn) : complain(&turn, "memory", -ENOMEM);
	arena_destroy(turn.set.arena);
	return code;
}

#define REST                                                                                  \
	"Writes that into " CONFIG_PATH " and rebuilds the initramfs images, here or, with\n" \
	"--root, in a system that a live medium has mounted. Shows the change and asks first."

static int run_off(int count, char *const *arguments)
{
	return run_turn("off", "Makes every boot take nothing, until `vfio-early on'.\n" REST, true,
			count, arguments);
}

static int run_on(int count, char *const *arguments)
{
	return run_turn("on", "Makes boots take devices again, after `vfio-early off'.\n" REST,
			false, count, arguments);
}

const struct command command_off = {
	.name = "off",
	.arguments = "[--root DIR] [--yes]",
	.help = "Make every boot take nothing, here or in a system mounted at DIR.",
	.run = run_off,
};

const struct command command_on = {
	.name = "on",
	.arguments = "[--root DIR] [--yes]",
	.help = "Make boots take devices again.",
	.run = run_on,
};
