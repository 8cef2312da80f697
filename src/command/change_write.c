// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/change_record.h"
#include "command/confirm.h"
#include "command/regenerate.h"
#include "command/trial_end.h"
#include "host/confirms.h"
#include "host/grub_record.h"
#include "host/up.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"

/*
 * Restores the files to what they were, and the boot loader. Returns 0, -ESTALE if a file
 * no longer has what this change wrote, or -errno.
 */
static int put_back(struct change *change)
{
	struct changeset *set = &change->set;
	const char *path = change->path;
	int error = file_lock_take_or_say(&change->lock, path, change->command);

	if (error)
		return error;
	changeset_turn(set);
	error = changeset_find_changed(set) ? -ESTALE : changeset_write(set, &path);
	if (!error && change->record)
		change_record_remove(change->record);
	file_lock_release(&change->lock);
	if (!error && changeset_run(set->then))
		text_print(stderr, "vfio-early: %s: failed too: run it again\n", set->then);
	return error;
}

/* Says what became of the files after a failure. Returns EXIT_PARTLY. */
static int say_restored(const struct change *change, const char *failed, const char *retry,
			int error)
{
	if (error == -ESTALE)
		text_print(stderr,
			   "vfio-early: %s, and another command has changed a file meanwhile, so "
			   "all stay as they are now: fix the error above, then: %s\n",
			   failed, retry);
	else if (error)
		text_print(stderr,
			   "vfio-early: %s, and %s could not be restored: %s; it has the new "
			   "settings\n",
			   failed, change->path, strerror(-error));
	else
		text_print(stderr,
			   "vfio-early: %s: %s is restored; fix the error above, then try again\n",
			   failed, change->path);
	return EXIT_PARTLY;
}

/* Rebuilds the images; restores the files if that fails. Returns an exit_code. */
static int rebuild(struct change *change)
{
	int status = regenerate_run(REGENERATE_SCRIPT), error;

	if (!status)
		return EXIT_DONE;
	error = put_back(change);
	if (status < 0)
		text_print(stderr,
			   "vfio-early: " REGENERATE_SCRIPT ": %s; it comes with make install\n",
			   strerror(-status));
	say_restored(change, "not all images could be rebuilt", "vfio-early regenerate", error);
	if (status > 0 && !error)
		text_print(stderr, "vfio-early: an image rebuilt before the failure keeps the new "
				   "config until then, or until vfio-early regenerate\n");
	return EXIT_PARTLY;
}

/* Runs the boot loader's command; restores the files if that fails. Returns an exit_code. */
static int update_boot_loader(struct change *change)
{
	const char *command = change->set.then;

	if (!changeset_run(command))
		return EXIT_DONE;
	return say_restored(change, arena_print(change->run->arena, "%s failed", command), command,
			    put_back(change));
}

/* Writes another machine's config, or a file that no image has. Returns 0 or -errno. */
static int write_config(struct change *change)
{
	if (streq(change->old, change->new) && change->config.text)
		return 0;
	return config_replace(&change->config, change->new);
}

/* Keeps the change for undo, or says that it cannot. */
static void keep_record(struct change *change)
{
	const struct changeset *set = &change->set;
	int error = set->count || set->then ? change_record_save(set, &change->record) : 0;

	if (!error)
		return;
	change->record = 0;
	text_print(stderr,
		   "vfio-early: " CHANGE_RECORDS
		   ": %s: vfio-early undo will not know this change\n",
		   strerror(-error));
}

/* Writes all files. Returns an exit_code. */
static int write_files(struct change *change)
{
	const char *path = change->path;
	bool same = streq(change->old, change->new) && change->config.text;
	int error = change_is_of_host(change) ? changeset_write(&change->set, &path)
					      : write_config(change);

	if (error) {
		text_print(stderr, "vfio-early: %s: could not be written: %s; nothing is changed\n",
			   path, strerror(-error));
		if (change->record)
			change_record_remove(change->record);
		return EXIT_PARTLY;
	}
	if (same)
		text_print(stderr, "vfio-early: %s already says so\n", change->path);
	for (size_t i = 0; i < change->set.count; i++)
		text_print(stderr, "vfio-early: %s is %s\n", change->set.files[i].path,
			   change->set.files[i].new ? "written" : "removed");
	if (!same && !change_is_of_host(change))
		text_print(stderr, "vfio-early: %s is written\n", change->path);
	return EXIT_DONE;
}

/* After the files: the boot loader and the images. Returns an exit_code. */
static int follow(struct change *change, bool regenerate)
{
	int code = update_boot_loader(change);

	if (code != EXIT_DONE)
		return code;
	if (regenerate)
		return rebuild(change);
	text_print(stderr,
		   "vfio-early: rebuild the images before the next boot: vfio-early regenerate\n");
	return EXIT_DONE;
}

/*
 * Says whether the next boot is a trial, and keeps by which links that one is judged
 * (host/links.h).
 */
static void say_trial(const struct change *change)
{
	const struct settings *settings = &change->run->settings;
	const char *reason = host_explain_no_trial(settings, "");
	static const struct up_roots roots;
	int error;

	if (!settings->devs.count || !settings->in_boot || streq(change->old, change->new))
		return;
	if (reason) {
		if (!change->preview->profile)
			text_print(
				stderr,
				"vfio-early: the next boot is no trial (%s): if it does not come "
				"up, start one with vfio_early=off\n",
				reason);
		return;
	}
	error = trial_keep_links(change->run->arena, &roots);
	if (error)
		text_print(stderr, "vfio-early: " LINKS_PATH ": %s\n", strerror(-error));
	error = grub_record_arm(change->run->arena, "", true);
	if (error < 0 && error != -ENODEV) {
		text_print(stderr,
			   "vfio-early: grubenv: %s: the next boot takes nothing, until this "
			   "works: vfio-early retry\n",
			   strerror(-error));
		return;
	}
	/* The next boot may be without the profile. */
	if (change->preview->profile)
		return;
	text_print(stderr, "vfio-early: the next boot is a trial: if it does not come up, the one "
			   "after it takes nothing\n");
}

int change_write(struct change *change, bool regenerate)
{
	int code;

	if (change_is_of_host(change))
		keep_record(change);
	code = write_files(change);
	/* The images' hooks run commands that take the lock. */
	file_lock_release(&change->lock);
	if (!change_is_of_host(change) || code != EXIT_DONE)
		return code;
	host_list_keep_or_say(&change->preview->needs, change->run->arena);
	code = follow(change, regenerate);
	if (code == EXIT_DONE)
		say_trial(change);
	return code;
}

int change_confirm(struct change *change, bool yes)
{
	const struct changeset *set = &change->set;
	int code;

	if (yes || (!set->count && !set->then))
		return EXIT_DONE;
	file_lock_release(&change->lock);
	code = confirm(change->typed_yes);
	if (code != EXIT_DONE)
		return code;
	if (file_lock_take_or_say(&change->lock, change->path, change->command))
		return EXIT_PARTLY;
	if (!changeset_find_changed(set))
		return EXIT_DONE;
	text_print(stderr,
		   "vfio-early: %s has changed meanwhile, so nothing was changed: try again\n",
		   changeset_find_changed(set));
	return EXIT_PARTLY;
}
