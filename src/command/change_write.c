// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/regenerate.h"
#include "lib/command.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/util.h"

/* Restores the file while holding the lock. Returns as put_back() does. */
static int put_back_locked(const struct change *change)
{
	struct config now;
	const char *fault;
	int error = config_read_text(&now, change->run->arena, change->path, &fault);

	if (error)
		return error;
	if (fault || !streq(now.text, change->new))
		return -ESTALE;
	if (change->config.text)
		return config_replace(&change->config, change->config.text);
	return unlink(change->config.path) < 0 ? -errno : 0;
}

/*
 * Restores the file to what it was, or removes it. Returns 0, -ESTALE if the file no
 * longer has what this change wrote, or -errno.
 */
static int put_back(struct change *change)
{
	int error = file_lock_take_or_say(&change->lock, change->path, change->command);

	if (error)
		return error;
	error = put_back_locked(change);
	file_lock_release(&change->lock);
	return error;
}

/* Rebuilds the images; restores the file if that fails. Returns an exit_code. */
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
	if (error == -ESTALE)
		text_print(stderr,
			   "vfio-early: not all images could be rebuilt, and another command has "
			   "changed %s meanwhile, so it stays as it is now: fix the error above, "
			   "then: vfio-early regenerate\n",
			   change->path);
	else if (error)
		text_print(stderr,
			   "vfio-early: not all images could be rebuilt, and %s could not be "
			   "restored: %s; it has the new settings\n",
			   change->path, strerror(-error));
	else
		text_print(stderr,
			   "vfio-early: not all images could be rebuilt: %s is restored; fix the "
			   "error above, then try again\n",
			   change->path);
	if (status > 0 && !error)
		text_print(stderr, "vfio-early: an image rebuilt before the failure keeps the new "
				   "config until then, or until vfio-early regenerate\n");
	return EXIT_PARTLY;
}

/* Returns whether it is this host's config, which goes into its images. */
static bool is_of_host(const struct change *change)
{
	return streq(change->path, CONFIG_PATH);
}

int change_write(struct change *change, bool regenerate)
{
	int error;

	if (!streq(change->old, change->new) || !change->config.text) {
		error = config_replace(&change->config, change->new);
		if (error) {
			text_print(stderr,
				   "vfio-early: %s: could not be written: %s; it is unchanged\n",
				   change->path, strerror(-error));
			return EXIT_PARTLY;
		}
		text_print(stderr, "vfio-early: %s is written\n", change->path);
	} else {
		text_print(stderr, "vfio-early: %s already says so\n", change->path);
	}
	/* The images' hooks run commands that take the lock. */
	file_lock_release(&change->lock);
	if (!is_of_host(change))
		return EXIT_DONE;
	host_list_keep_or_say(&change->preview->needs, change->run->arena);
	if (regenerate)
		return rebuild(change);
	text_print(stderr,
		   "vfio-early: rebuild the images before the next boot: vfio-early regenerate\n");
	return EXIT_DONE;
}
