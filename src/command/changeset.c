// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/changeset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "command/regenerate.h"
#include "lib/file_replace.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "settings/config_edit.h"

int changeset_add(struct changeset *set, const char *path, const char *old, const char *new)
{
	struct file_change *files = arena_allocate(set->arena, set->count + 1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	if (set->count)
		memcpy(files, set->files, set->count * sizeof(*files));
	files[set->count++] = (struct file_change){ .path = path, .old = old, .new = new };
	set->files = files;
	return 0;
}

void changeset_show(const struct changeset *set, FILE *out)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct file_change *file = &set->files[i];

		config_show_difference(file->path, file->old ? file->old : "",
				       file->new ? file->new : "", out);
	}
	if (set->then)
		text_print(out, "then: %s\n", set->then);
}

void changeset_turn(struct changeset *set)
{
	const char *then = set->then;

	for (size_t i = 0; i < set->count; i++) {
		struct file_change *file = &set->files[i];
		const char *old = file->old;

		file->old = file->new;
		file->new = old;
	}
	set->then = set->back;
	set->back = then;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? streq(a, b) : a == b;
}

const char *changeset_find_changed(const struct changeset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct file_change *file = &set->files[i];
		char *now = NULL;
		int error = textfile_read(set->arena, file->path, &now);

		if ((error && error != -ENOENT) ||
		    (!same_text(now, file->old) && !same_text(now, file->new)))
			return file->path;
	}
	return NULL;
}

static int replace(const char *path, const char *text)
{
	bool exists = access(path, F_OK) == 0;
	struct file_replace file;
	int error;

	if (!text)
		return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
	error = file_replace_begin(&file, AT_FDCWD, path);
	if (error)
		return error;
	if (!exists)
		file.mode = 0644;
	return file_replace_finish(&file, text, strlen(text));
}

int changeset_write(const struct changeset *set, const char **path)
{
	for (size_t i = 0; i < set->count; i++) {
		int error = replace(set->files[i].path, set->files[i].new);

		if (!error)
			continue;
		*path = set->files[i].path;
		while (i--)
			replace(set->files[i].path, set->files[i].old);
		return error;
	}
	return 0;
}

int changeset_run(const char *command)
{
	char *const arguments[] = { "sh", "-c", (char *)command, NULL };

	return command ? regenerate_run_program(arguments) : 0;
}
