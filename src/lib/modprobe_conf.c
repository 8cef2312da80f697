// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/modprobe_conf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/textfile.h"
#include "lib/util.h"

/* kmod reads /usr/lib instead of /lib where it was built for a merged /usr. */
const char *const modprobe_conf_directories[] = {
	MODPROBE_CONF_DIRECTORY, "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d",	 "/lib/modprobe.d", NULL,
};

static int is_conf(const struct dirent *entry)
{
	static const char tail[] = ".conf";
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length >= sizeof(tail) &&
	       streq(entry->d_name + length + 1 - sizeof(tail), tail);
}

/* Inserts a file by its name, after those that override it. */
static void insert(struct modprobe_file **files, struct modprobe_file *file)
{
	while (*files && strcmp((*files)->name, file->name) < 0)
		files = &(*files)->next;
	if (*files && streq((*files)->name, file->name)) {
		files = &(*files)->hidden;
		while (*files)
			files = &(*files)->hidden;
	} else {
		file->next = *files;
	}
	*files = file;
}

/* Reads one file. Returns 0 also for one that cannot be read, or -ENOMEM. */
static int read_file(struct arena *arena, const char *path, const char *place,
		     struct modprobe_file **files)
{
	struct modprobe_file *file;
	char *text;
	int error = path && place ? textfile_read(arena, place, &text) : -ENOMEM;

	if (error)
		return error == -ENOMEM ? error : 0;
	file = arena_allocate(arena, 1, sizeof(*file));
	if (!file)
		return -ENOMEM;
	*file = (struct modprobe_file){ .path = path,
					.name = strrchr(path, '/') + 1,
					.text = text };
	insert(files, file);
	return 0;
}

int modprobe_conf_read(struct arena *arena, const char *(*locate)(void *context, const char *path),
		       void *context, struct modprobe_file **files)
{
	const char *const *under = modprobe_conf_directories;
	int error = 0;

	*files = NULL;
	for (; !error && *under; under++) {
		const char *directory = locate(context, *under);
		struct dirent **names;
		int count = directory ? scandir(directory, &names, is_conf, alphasort) : 0;

		if (!directory)
			return -ENOMEM;
		for (int j = 0; j < count; j++) {
			const char *path = arena_print(arena, "%s/%s", *under, names[j]->d_name);

			if (!error)
				error = read_file(arena, path, path ? locate(context, path) : NULL,
						  files);
			free(names[j]);
		}
		if (count >= 0)
			free(names);
	}
	return error;
}

bool modprobe_conf_next_line(char **text, struct modprobe_line *line)
{
	char *start = *text, *end;

	if (!start || !*start)
		return false;
	line->text = start;
	line->number = line->last = line->last + 1;
	end = strchr(start, '\n');
	while (end && end > start && end[-1] == '\\') {
		memmove(end - 1, end + 1, strlen(end + 1) + 1);
		end = strchr(end - 1, '\n');
		line->last++;
	}
	*text = end ? end + 1 : NULL;
	if (!end)
		end = strchr(start, '\0');
	/* Editors of other systems end lines with a carriage return. */
	if (end > start && end[-1] == '\r')
		end--;
	*end = '\0';
	return true;
}
