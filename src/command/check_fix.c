// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/check_fix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "command/change_record.h"
#include "command/changeset.h"
#include "command/confirm.h"
#include "command/kernel_parameter.h"
#include "command/regenerate.h"
#include "host/needs_list.h"
#include "lib/command.h"
#include "lib/file_lock.h"
#include "lib/paths.h"
#include "lib/text.h"
#include "lib/textfile.h"

#define REGENERATE "vfio-early regenerate"
#define TYPED	   "check --fix --yes"

/* A command that runs once, after all files. */
struct later {
	const char *command;
	struct later *next;
};

struct fixes {
	const struct check *check;
	bool yes;
	bool refused;	 /* there is no terminal to ask on */
	bool regenerate; /* the images are to be rebuilt */
	bool partly;	 /* an error or a warning stays */
	bool changed;	 /* a file has changed */
	bool reboot;	 /* a kernel parameter has changed */
	struct later *later;
};

/* Adds the change of one file to set. Returns 0 or -errno. */
static int edit_file(struct fixes *fixes, const struct check_edit *edit, struct changeset *set)
{
	const char *path = edit->path, *new = NULL;
	char *old = NULL, *source;
	struct stat status;
	int error;

	/* Whose file a link leads to is unknown. */
	if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return -ELOOP;
	error = root_read_text(&fixes->check->root, path, &old);
	if (error && error != -ENOENT)
		return error;
	error = root_read_text(&fixes->check->root, edit->source, &source);
	/* What a text cannot hold would be lost. */
	if (!error && (strchr(source, TEXTFILE_NUL) || (old && strchr(old, TEXTFILE_NUL))))
		error = -EILSEQ;
	if (error)
		return error;
	if (edit->script)
		new = kernel_parameter_run_sed(set->arena, edit->script, edit->source);
	if (edit->script && !new)
		return -EIO;
	return changeset_add(set, path, old, new);
}

/* Finds out what a fix changes. Returns 0, or -errno if it cannot be made. */
static int gather(struct fixes *fixes, const struct check_edit *edit, struct changeset *set)
{
	*set = (struct changeset){ .arena = fixes->check->arena,
				   .command = "check --fix",
				   .time = time(NULL) };
	if (edit->path)
		return edit_file(fixes, edit, set);
	return kernel_parameter_change(&fixes->check->root, edit->change, edit->parameter, set)
		       ? 0
		       : -EINVAL;
}

/* Returns whether a change is to be made. */
static bool ask(struct fixes *fixes)
{
	int code;

	if (fixes->yes)
		return true;
	code = confirm(TYPED);
	fixes->refused = code == EXIT_MALFORMED;
	return code == EXIT_DONE;
}

/* Writes the files and keeps what undo needs. Returns 0 or -errno, which is said. */
static int write_files(const struct changeset *set)
{
	struct file_lock lock = { .fd = -1 };
	const char *path = CHANGE_RECORDS;
	unsigned int record = 0;
	int error = file_lock_take_or_say(&lock, CONFIG_PATH, "check");

	if (error)
		return error;
	if (changeset_find_changed(set)) {
		path = changeset_find_changed(set);
		error = -ESTALE;
	}
	/* What could not be put back is not changed. */
	if (!error)
		error = change_record_save(set, &record);
	if (!error)
		error = changeset_write(set, &path);
	if (error && record)
		change_record_remove(record);
	file_lock_release(&lock);
	if (error)
		text_print(stderr, "vfio-early: check: %s: %s; nothing is changed\n", path,
			   error == -ESTALE ? "it has changed meanwhile" : strerror(-error));
	for (size_t i = 0; !error && i < set->count; i++)
		text_print(stderr, "vfio-early: %s is %s\n", set->files[i].path,
			   set->files[i].new ? "written" : "removed");
	return error;
}

/* Adds a command to those for the end, unless it is one of them. */
static void run_later(struct fixes *fixes, const char *command)
{
	struct later **end = &fixes->later, *added;

	for (; command && *end; end = &(*end)->next)
		if (streq((*end)->command, command))
			return;
	added = command ? arena_allocate(fixes->check->arena, 1, sizeof(*added)) : NULL;
	if (!added)
		return;
	added->command = command;
	*end = added;
}

/* Shows a fix, asks, and makes it. Returns whether it is made. */
static bool make(struct fixes *fixes, const struct check_edit *edit)
{
	struct changeset set;
	int error = gather(fixes, edit, &set);

	if (error) {
		text_print(stderr, "vfio-early: check: it cannot be done for you: %s\n",
			   error == -EILSEQ  ? "the file has bytes that are no text"
			   : error == -ELOOP ? "it is no file, but a link: edit what it leads to"
			   : error == -EINVAL
				   ? "how the boot loader's file is written is not understood"
				   : strerror(-error));
		return false;
	}
	changeset_show(&set, stdout);
	fflush(stdout);
	if (!ask(fixes) || write_files(&set))
		return false;
	fixes->changed = true;
	fixes->reboot = fixes->reboot || edit->parameter;
	fixes->regenerate = true;
	run_later(fixes, set.then);
	return true;
}

static void print_finding(const struct check_finding *finding)
{
	text_print(stdout, "%s: %s\n", check_severity_names[finding->severity], finding->text);
	fflush(stdout);
}

/* Returns whether the finding before this one has the same fix, so that one question is for both.
 */
static bool is_again(const struct check_finding *before, const struct check_finding *finding)
{
	return before && before->fix && finding->fix && before->severity == finding->severity &&
	       streq(before->fix, finding->fix);
}

/* The fix of all findings from this one on that have it. Returns whether it is done. */
static bool fix_finding(struct fixes *fixes, const struct check_finding *finding)
{
	const struct check_finding *next = finding;
	bool careful = finding->severity == CHECK_NOTE || (finding->edit && finding->edit->careful);
	bool rebuilds = finding->fix && streq(finding->fix, REGENERATE);

	do {
		print_finding(next);
	} while (next->next && is_again(next, next->next) && (next = next->next));
	if (rebuilds) {
		fixes->regenerate = true;
		return true;
	}
	if (!finding->edit || (fixes->yes && careful)) {
		if (finding->fix)
			text_print(stdout, "    left to you: %s\n", finding->fix);
		fflush(stdout);
		return false;
	}
	return make(fixes, finding->edit);
}

/* Runs what comes after all files. Returns an exit_code. */
static int follow(struct fixes *fixes, bool regenerate)
{
	int code = EXIT_DONE;

	for (const struct later *later = fixes->later; later; later = later->next) {
		if (!changeset_run(later->command))
			continue;
		text_print(stderr,
			   "vfio-early: check: %s failed: run it again, or: vfio-early "
			   "undo\n",
			   later->command);
		code = EXIT_PARTLY;
	}
	if (!fixes->regenerate)
		return code;
	if (!regenerate) {
		text_print(stderr,
			   "vfio-early: rebuild the images before the next boot: " REGENERATE "\n");
		return code;
	}
	/* Findings that are for the images alone were not asked for yet. */
	if (!fixes->changed) {
		text_print(stdout, "then: " REGENERATE "\n");
		fflush(stdout);
		if (!ask(fixes))
			return fixes->refused ? EXIT_MALFORMED : EXIT_PARTLY;
	}
	host_list_keep_now(fixes->check->arena);
	if (!regenerate_run(REGENERATE_SCRIPT))
		return code;
	text_print(stderr, "vfio-early: check: not all images could be rebuilt: fix the error "
			   "above, then: " REGENERATE "\n");
	return EXIT_PARTLY;
}

int check_fix(const struct check *check, bool yes, bool regenerate)
{
	struct fixes fixes = { .check = check, .yes = yes };
	int code;

	for (enum check_severity severity = 0; severity < CHECK_SEVERITIES; severity++) {
		const struct check_finding *before = NULL;

		for (const struct check_finding *finding = check->findings;
		     !fixes.refused && finding; finding = finding->next) {
			if (finding->severity != severity)
				continue;
			if (!is_again(before, finding) && !fix_finding(&fixes, finding))
				fixes.partly = fixes.partly || severity != CHECK_NOTE;
			before = finding;
		}
	}
	if (!check_has_to_do(check))
		printf("nothing to do\n");
	if (fixes.refused)
		return EXIT_MALFORMED;
	code = follow(&fixes, regenerate);
	if (fixes.changed)
		text_print(stderr, "vfio-early: %sto take the last of it back: vfio-early undo\n",
			   fixes.reboot ? "now reboot; " : "");
	return fixes.partly && code == EXIT_DONE ? EXIT_PARTLY : code;
}
