// SPDX-License-Identifier: GPL-2.0-or-later
#include "command/change_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/needs_list.h"
#include "lib/file_replace.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"

/* A record that is being written or removed. */
#define UNFINISHED CHANGE_RECORDS "/.unfinished"

static int newest_first(const void *a, const void *b)
{
	unsigned int first = *(const unsigned int *)a, second = *(const unsigned int *)b;

	return (first < second) - (first > second);
}

int change_record_list(unsigned int *numbers, size_t size)
{
	DIR *directory = opendir(CHANGE_RECORDS);
	size_t count = 0;

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	for (struct dirent *entry; count < size && (entry = readdir(directory));) {
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);

		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && !*end && number <= 999999)
			numbers[count++] = (unsigned int)number;
	}
	closedir(directory);
	qsort(numbers, count, sizeof(*numbers), newest_first);
	return (int)count;
}

/* Removes a directory and the files in it. Returns 0 or -errno. */
static int remove_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	for (struct dirent *entry; (entry = readdir(directory));)
		unlinkat(fd, entry->d_name, 0);
	closedir(directory);
	return rmdir(path) < 0 ? -errno : 0;
}

static int write_file(const char *path, const char *text)
{
	struct file_replace file;
	int error = file_replace_begin(&file, AT_FDCWD, path);

	if (error)
		return error;
	file.mode = 0600;
	return file_replace_finish(&file, text, strlen(text));
}

/* Writes a text of a file of the change into the unfinished record; nothing for NULL. */
static int write_text(size_t index, const char *which, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), UNFINISHED "/%zu.%s", index, which);
	return text ? write_file(path, text) : 0;
}

/* Returns whether a text is one line, as each of a record has to be. */
static bool is_line(const char *text)
{
	return !text || !strchr(text, '\n');
}

static int write_record(const struct changeset *set)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int error = 0;

	if (!out)
		return -ENOMEM;
	if (!is_line(set->then) || !is_line(set->back))
		error = -EINVAL;
	fprintf(out, "command %s\ntime %lld\n", text_printable(set->arena, set->command),
		set->time);
	if (set->then)
		fprintf(out, "then %s\n", set->then);
	if (set->back)
		fprintf(out, "back %s\n", set->back);
	for (size_t i = 0; !error && i < set->count; i++) {
		const struct file_change *file = &set->files[i];

		if (!is_line(file->path))
			error = -EINVAL;
		fprintf(out, "file %s\n", file->path);
		if (!error)
			error = write_text(i, "old", file->old);
		if (!error)
			error = write_text(i, "new", file->new);
	}
	if (fclose(out))
		error = -ENOMEM;
	if (!error)
		error = write_file(UNFINISHED "/record", text);
	free(text);
	return error;
}

static int make_directory(const char *path, mode_t mode)
{
	return mkdir(path, mode) < 0 && errno != EEXIST ? -errno : 0;
}

/* Returns a record's directory in path. */
static const char *record_path(char path[64], unsigned int number)
{
	snprintf(path, 64, CHANGE_RECORDS "/%u", number);
	return path;
}

int change_record_save(const struct changeset *set, unsigned int *number)
{
	unsigned int numbers[10 * CHANGE_RECORDS_KEPT] = { 0 };
	char path[64];
	int error = make_directory(HOST_LIST_DIRECTORY, 0755), count;

	if (!error)
		error = make_directory(CHANGE_RECORDS, 0700);
	if (!error)
		error = remove_directory(UNFINISHED);
	if (!error)
		error = make_directory(UNFINISHED, 0700);
	if (!error)
		error = write_record(set);
	count = change_record_list(numbers, ARRAY_SIZE(numbers));
	if (!error && count < 0)
		error = count;
	*number = count > 0 ? numbers[0] + 1 : 1;
	if (!error && rename(UNFINISHED, record_path(path, *number)) < 0)
		error = -errno;
	if (error) {
		remove_directory(UNFINISHED);
		return error;
	}
	for (int i = CHANGE_RECORDS_KEPT - 1; i < count; i++)
		change_record_remove(numbers[i]);
	return 0;
}

int change_record_remove(unsigned int number)
{
	char path[64];
	int error = remove_directory(UNFINISHED);

	/* A record is there as a whole or not at all. */
	if (!error && rename(record_path(path, number), UNFINISHED) < 0)
		error = -errno;
	return error ? error : remove_directory(UNFINISHED);
}

/* Reads one text of a file; NULL if the record has none. */
static int read_text(const struct changeset *set, unsigned int number, size_t index,
		     const char *which, const char **text)
{
	char path[96], *read = NULL;
	int error;

	snprintf(path, sizeof(path), CHANGE_RECORDS "/%u/%zu.%s", number, index, which);
	error = textfile_read(set->arena, path, &read);
	*text = error ? NULL : read;
	return error == -ENOENT ? 0 : error;
}

/* Returns what follows the key in a line; NULL for another key. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	return strncmp(line, key, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

static int read_line(struct changeset *set, unsigned int number, const char *line)
{
	const char *value, *old, *new;
	int error;

	if ((value = value_of(line, "command")))
		set->command = value;
	else if ((value = value_of(line, "time")))
		set->time = strtoll(value, NULL, 10);
	else if ((value = value_of(line, "then")))
		set->then = value;
	else if ((value = value_of(line, "back")))
		set->back = value;
	if (!(value = value_of(line, "file")))
		return set->command ? 0 : -EINVAL;
	error = read_text(set, number, set->count, "old", &old);
	if (!error)
		error = read_text(set, number, set->count, "new", &new);
	return error ? error : changeset_add(set, value, old, new);
}

int change_record_load(struct changeset *set, unsigned int number)
{
	char path[96], *text;
	int error;

	snprintf(path, sizeof(path), CHANGE_RECORDS "/%u/record", number);
	error = textfile_read(set->arena, path, &text);
	for (char *line, *rest = error ? NULL : text; !error && (line = strsep(&rest, "\n"));)
		if (*line)
			error = read_line(set, number, line);
	return !error && !set->command ? -EINVAL : error;
}
