// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/carry_out.h"

#include <stdio.h>
#include <string.h>

#include "command/change_record.h"
#include "command/confirm.h"
#include "lib/command.h"
#include "lib/file_lock.h"
#include "lib/paths.h"
#include "lib/text.h"

/* Writes what the lock is held for. Returns an exit_code. */
static int write_files(const struct changeset *set, const char *command, unsigned int *record)
{
	const char *path = changeset_find_changed(set);
	int error;

	if (path) {
		text_print(stderr,
			   "vfio-early: %s has changed meanwhile, so nothing was changed: try "
			   "again\n",
			   path);
		return EXIT_PARTLY;
	}
	error = change_record_save(set, record);
	if (error) {
		*record = 0;
		text_print(stderr,
			   "vfio-early: " CHANGE_RECORDS
			   ": %s: vfio-early undo will not know this change\n",
			   strerror(-error));
	}
	error = changeset_write(set, &path);
	if (!error)
		return EXIT_DONE;
	if (*record)
		change_record_remove(*record);
	text_print(stderr, "vfio-early: %s: %s: %s; nothing was changed\n", command, path,
		   strerror(-error));
	return EXIT_PARTLY;
}

int carry_out(const struct changeset *set, const char *command, unsigned int *record)
{
	struct file_lock lock = { .fd = -1 };
	int code;

	*record = 0;
	if (file_lock_take_or_say(&lock, CONFIG_PATH, command))
		return EXIT_PARTLY;
	code = write_files(set, command, record);
	file_lock_release(&lock);
	for (size_t i = 0; code == EXIT_DONE && i < set->count; i++)
		text_print(stderr, "vfio-early: %s is %s\n", set->files[i].path,
			   set->files[i].new ? "written" : "removed");
	return code;
}

int carry_out_asked(const struct changeset *set, const char *typed,
		    const struct carry_out_options *options, bool *done)
{
	unsigned int record;
	int code;

	*done = false;
	changeset_show(set, stdout);
	fflush(stdout);
	if (options->dry_run)
		return EXIT_DONE;
	code = options->yes ? EXIT_DONE : confirm(typed);
	if (code == EXIT_DONE)
		code = carry_out(set, set->command, &record);
	if (code != EXIT_DONE)
		return code;
	*done = !changeset_run(set->then);
	if (*done)
		return EXIT_DONE;
	text_print(stderr, "vfio-early: %s: %s failed: run it again, or: vfio-early undo\n",
		   set->command, set->then);
	return EXIT_PARTLY;
}
