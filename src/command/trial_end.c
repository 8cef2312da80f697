// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/trial_end.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/trial_grub.h"
#include "command/trial_marker.h"
#include "host/links.h"
#include "host/up.h"
#include "lib/text.h"
#include "machine/trial_record.h"

static void complain(const char *command, const char *what, int error)
{
	text_print(stderr, "vfio-early: %s: %s: %s\n", command, what, strerror(-error));
}

/* Says why the record cannot be used. */
static enum trial_end fail(const char *command, int error)
{
	if (error == -ENODEV)
		text_print(stderr,
			   "vfio-early: %s: this machine has no EFI variables, and GRUB records no "
			   "trials, so no boot is one\n",
			   command);
	else if (error == -EBADMSG)
		text_print(stderr,
			   "vfio-early: %s: the record of trials is damaged; to begin a new one: "
			   "vfio-early retry\n",
			   command);
	else
		complain(command, "the EFI variable with the record of trials", error);
	return TRIAL_END_FAILED;
}

/* Writes links that carry a route now. Returns 0 or -errno. */
static int write_links(struct arena *arena, const struct up_roots *roots)
{
	const char *path = arena_print(arena, "%s" LINKS_PATH, roots->root ? roots->root : "");
	struct link *links;
	int error = path ? links_find(&links, arena, &roots->links) : -ENOMEM;

	return error ? error : links_write(links, arena, path);
}

int trial_keep_links(struct arena *arena, const struct up_roots *roots)
{
	if (trial_marker_read(roots->root ? roots->root : "") == RUN_TRIAL_RUNNING)
		return 0;
	return write_links(arena, roots);
}

/* Removes what says that there is an unconfirmed trial. */
static void remove_signs(const char *command, const char *root)
{
	int error = trial_marker_remove(root);

	if (error)
		complain(command, "the marker of the trial", error);
	error = trial_motd_remove(root);
	if (error)
		complain(command, "the message of the day", error);
}

/*
 * Changes the record by change. Returns TRIAL_END_NONE, and writes nothing, if nothing is being
 * tried. A damaged record is replaced if anew is set.
 */
static enum trial_end change_record(const char *command, int place, bool anew,
				    void (*change)(struct trial_record *record))
{
	struct trial_record record;
	int error;

	if (place < 0)
		return fail(command, place);
	error = trial_record_read(place, &record);
	if (!error && !record.pending) {
		close(place);
		return TRIAL_END_NONE;
	}
	if (!error)
		change(&record);
	if (!error || (error == -EBADMSG && anew))
		error = trial_record_write(place, &record);
	close(place);
	return error ? fail(command, error) : TRIAL_END_DONE;
}

static void set_confirmed(struct trial_record *record)
{
	record->pending = false;
}

enum trial_end trial_confirm(const char *command, struct arena *arena, const struct up_roots *roots)
{
	const char *root = roots->root ? roots->root : "";
	int place = trial_record_open(), error;
	enum trial_end end = place == -ENODEV && trial_grub_is_used(arena, root)
				     ? trial_grub_confirm(command, arena, root)
				     : change_record(command, place, false, set_confirmed);

	if (end == TRIAL_END_FAILED)
		return end;
	remove_signs(command, root);
	error = end == TRIAL_END_DONE ? write_links(arena, roots) : 0;
	/* The next trial is then judged by the links of before, or by none. */
	if (error)
		complain(command, LINKS_PATH, error);
	return end;
}

enum trial_end trial_forget(const char *command, struct arena *arena, const char *root)
{
	int place = trial_record_open();
	enum trial_end end = place == -ENODEV && trial_grub_is_used(arena, root)
				     ? trial_grub_forget(command, arena, root)
				     : change_record(command, place, true, trial_record_forget);

	if (end != TRIAL_END_FAILED)
		remove_signs(command, root);
	return end;
}
