// SPDX-License-Identifier: GPL-2.0-or-later
/* Takes lines of other set-ups out of their files. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check/boot_loader.h"
#include "check/kernel_install.h"
#include "command/import.h"
#include "lib/text.h"
#include "lib/textfile.h"
#include "lib/util.h"

#define MODPROBE_DIRECTORY "/etc/modprobe.d/"

/* Returns whether a line is a kernel parameter. */
static bool is_parameter(const struct other_line *line)
{
	return !line->file || (line->kind <= OTHER_PRELOAD && !line->name && !line->key &&
			       strchr(line->text, '=') && line->value);
}

bool import_is_in_file(const struct import *import, const struct other_line *parameter)
{
	for (const struct import_line *other = import->lines; other; other = other->next)
		if (other->line->file && is_parameter(other->line) &&
		    streq(other->line->text, parameter->text))
			return true;
	return false;
}

/*
 * Returns whether an edit makes the file that kernel-install(8) reads instead of the running
 * command line, and the parameter is on what it reads now.
 */
static bool writes_command_line(const struct import *import, const struct boot_loader_edit *edit)
{
	const char *options;

	if (!edit->line || root_has(import->root, edit->files))
		return false;
	options = kernel_install_options(import->root);
	return options && !streq(options, edit->line);
}

static const char *find_parameter_fault(const struct import *import, const struct other_line *line)
{
	struct boot_loader_edit edit;

	if (!boot_loader_edit(import->root, BOOT_LOADER_REMOVE, line->text, &edit))
		return "no boot loader is known here that keeps it: remove it there yourself";
	if (writes_command_line(import, &edit))
		return NULL;
	if (!line->file && edit.files && !import_is_in_file(import, line))
		return arena_print(import->arena,
				   "%s is without it: it ends with a reboot, or comes from "
				   "elsewhere",
				   edit.files);
	return NULL;
}

/* The lines of a text that an edit is for. */
struct span {
	const char *start, *end; /* without the end of the last line */
};

/* Finds lines of a text by their numbers. Returns whether they are there. */
static bool find_span(const char *text, const struct other_line *line, struct span *span)
{
	for (unsigned int number = 1; number < line->first; number++) {
		text = strchr(text, '\n');
		if (!text)
			return false;
		text++;
	}
	span->start = text;
	for (unsigned int number = line->first; number < line->last; number++) {
		text = strchr(text, '\n');
		if (!text)
			return false;
		text++;
	}
	span->end = text + strcspn(text, "\r\n");
	return true;
}

/* Returns the text with other text in place of a span. */
static const char *replace(struct arena *arena, const char *text, const struct span *span,
			   const char *other)
{
	return other ? arena_print(arena, "%.*s%s%s", (int)(span->start - text), text, other,
				   span->end)
		     : NULL;
}

/* Returns the lines with a mark of a comment before each. */
static const char *comment_out(struct arena *arena, const struct span *span)
{
	const char *result = "";

	for (const char *line = span->start; result && line <= span->end;) {
		const char *end = memchr(line, '\n', (size_t)(span->end - line));
		const char *next = end ? end + 1 : span->end;

		result = arena_print(arena, "%s# %.*s", result, (int)(next - line), line);
		if (!end)
			break;
		line = next;
	}
	return result;
}

/* Which words of a line go. */
struct words {
	const char *between; /* what separates words */
	const char *word;    /* this word goes, if it is not NULL */
	const char *start;   /* likewise, words that begin so */
};

static bool goes(const struct words *words, const char *word, size_t length)
{
	if (words->word)
		return strlen(words->word) == length && memcmp(words->word, word, length) == 0;
	return length >= strlen(words->start) &&
	       strncmp(words->start, word, strlen(words->start)) == 0;
}

static bool is_blank(char letter)
{
	return letter == ' ' || letter == '\t';
}

/* Returns the lines, joined, without some of their words. */
static const char *take_words(struct arena *arena, const struct span *span,
			      const struct words *words)
{
	size_t length = (size_t)(span->end - span->start), used = 0;
	char *result = arena_allocate(arena, length + 1, 1);
	const char *from = span->start;

	while (result && from < span->end) {
		size_t letters = 0;

		/* kmod and shells join such lines before they look for words. */
		if (*from == '\\' && from[1] == '\n') {
			from += 2;
			continue;
		}
		while (from + letters < span->end && !strchr(words->between, from[letters]))
			letters++;
		if (*from == '#' && (!used || is_blank(result[used - 1])))
			letters = (size_t)(span->end - from);
		else if (letters && goes(words, from, letters)) {
			from += letters;
			if (is_blank(*from) || from == span->end)
				while (from < span->end && is_blank(*from))
					from++;
			/* A blank before it would be left over. */
			while ((from == span->end || *from == ')') && used &&
			       is_blank(result[used - 1]))
				used--;
			continue;
		}
		if (!letters)
			letters = 1;
		memcpy(result + used, from, letters);
		used += letters;
		from += letters;
	}
	if (result)
		result[used] = '\0';
	return result;
}

/* Returns a line that sets a variable to addresses (OTHER_SCRIPT) with no value in it. */
static const char *empty_value(struct arena *arena, const struct span *span)
{
	const char *value = strchr(span->start, '=') + 2;
	const char *end = strchr(value, value[-1] == '(' ? ')' : value[-1]);

	return end && end < span->end ? arena_print(arena, "%.*s%.*s", (int)(value - span->start),
						    span->start, (int)(span->end - end), end)
				      : NULL;
}

/* Returns a file's text without what a line says; NULL if that cannot be done. */
static const char *edited(struct arena *arena, const struct other_line *line, const char *text)
{
	struct words words = { .between = " \t", .start = line->key };
	struct span span;
	const char *other;

	if (!find_span(text, line, &span))
		return NULL;
	if (is_parameter(line)) {
		words.between = " \t\"'";
		words.word = line->text;
		other = take_words(arena, &span, &words);
	} else if (line->kind == OTHER_SCRIPT) {
		other = empty_value(arena, &span);
	} else if (line->kind == OTHER_PRELOAD && line->key) {
		words.between = " \t\"'(),=";
		words.start = "vfio";
		other = take_words(arena, &span, &words);
	} else if (line->kind == OTHER_SOFTDEP && !line->alone) {
		words.start = "vfio";
		other = take_words(arena, &span, &words);
	} else if (line->kind == OTHER_IDS && !line->alone) {
		other = take_words(arena, &span, &words);
	} else {
		other = comment_out(arena, &span);
	}
	return replace(arena, text, &span, other);
}

const char *import_find_fault(const struct import *import, const struct other_line *line)
{
	const char *path, *text, *other;
	struct stat status;

	if (is_parameter(line)) {
		const char *fault = find_parameter_fault(import, line);

		if (fault || !line->file)
			return fault;
	}
	path = root_path(import->root, line->file);
	if (line->name && strncmp(line->file, MODPROBE_DIRECTORY, strlen(MODPROBE_DIRECTORY)) != 0)
		return "it is not in " MODPROBE_DIRECTORY ": a file of the same name there hides "
		       "it";
	if (lstat(path, &status) < 0)
		return "it cannot be read";
	/* A boot loader's file is followed, as set does; what another link means is unknown. */
	if (!S_ISREG(status.st_mode) && !is_parameter(line))
		return "the file is a link: edit what it leads to yourself";
	text = root_read(import->root, line->file);
	if (!text)
		return "it cannot be read";
	/* What a text cannot hold would be lost. */
	if (strchr(text, TEXTFILE_NUL))
		return "its file has bytes that are no text";
	if (!line->first)
		return NULL;
	other = edited(import->arena, line, text);
	return !other || streq(other, text) ? "how it is written cannot be understood" : NULL;
}

/* Returns the first line with this file from here on that goes; NULL for none. */
static const struct import_line *find_next(const struct import_line *line, const char *file)
{
	for (; line; line = line->next)
		if (line->verdict == IMPORT_NEEDLESS && line->line->file &&
		    streq(line->line->file, file))
			return line;
	return NULL;
}

/* Edits the lines of one file, the last first, so that the numbers of the others stay true. */
static const char *edit_lines(const struct import *import, const struct import_line *line,
			      const char *text)
{
	const struct import_line *next = find_next(line->next, line->line->file);

	if (next)
		text = edit_lines(import, next, text);
	return text ? edited(import->arena, line->line, text) : NULL;
}

/* Returns the entry of a file in set, which is added if it is not there; NULL for -ENOMEM. */
static struct file_change *find_change(const struct import *import, struct changeset *set,
				       const char *path)
{
	const char *text;

	for (size_t i = 0; i < set->count; i++)
		if (streq(set->files[i].path, path))
			return &set->files[i];
	text = root_read(import->root, path);
	if (!text || changeset_add(set, path, text, text))
		return NULL;
	return &set->files[set->count - 1];
}

static int edit_file(const struct import *import, const struct import_line *line,
		     struct changeset *set)
{
	struct file_change *change;
	char real[PATH_MAX];
	const char *path;

	/* A link to a boot loader's file stays one. */
	if (!realpath(line->line->file, real))
		return -errno;
	path = arena_print(set->arena, "%s", real);
	change = path ? find_change(import, set, path) : NULL;
	if (!change)
		return -ENOMEM;
	change->new = line->line->first ? edit_lines(import, line, change->new) : NULL;
	return line->line->first && !change->new ? -ENOMEM : 0;
}

/* Appends a command to others, unless it is one of them. Returns NULL for -ENOMEM. */
static const char *add_command(struct arena *arena, const char *commands, const char *command)
{
	if (!command || (commands && strstr(commands, command)))
		return commands;
	return commands ? arena_print(arena, "%s && %s", commands, command) : command;
}

/* Writes kernel-install(8)'s command line without a parameter. Returns 0 or -ENOMEM. */
static int write_command_line(const struct boot_loader_edit *edit, const struct other_line *line,
			      struct changeset *set)
{
	const char *text = edit->line;

	for (size_t i = 0; i < set->count; i++) {
		struct file_change *change = &set->files[i];

		if (!streq(change->path, edit->files))
			continue;
		text = kernel_install_without(set->arena, change->new, line->text);
		change->new = text ? arena_print(set->arena, "%s\n", text) : NULL;
		return change->new ? 0 : -ENOMEM;
	}
	text = arena_print(set->arena, "%s\n", text);
	return text ? changeset_add(set, edit->files, NULL, text) : -ENOMEM;
}

/* Adds what makes it count that a kernel parameter is gone. Returns 0 or -ENOMEM. */
static int follow(const struct import *import, const struct other_line *line, struct changeset *set)
{
	struct boot_loader_edit edit, back;
	const char *undo;

	/* The images are rebuilt in any case. */
	if (!boot_loader_edit(import->root, BOOT_LOADER_REMOVE, line->text, &edit) || !edit.then ||
	    streq(edit.then, "vfio-early regenerate"))
		return 0;
	if (writes_command_line(import, &edit) && write_command_line(&edit, line, set))
		return -ENOMEM;
	back = edit;
	if (!edit.files && !boot_loader_edit(import->root, BOOT_LOADER_ADD, line->text, &back))
		return -ENOMEM;
	set->then = add_command(set->arena, set->then, edit.then);
	undo = back.back ? back.back : back.then;
	set->back = add_command(set->arena, set->back, undo);
	return set->then && set->back ? 0 : -ENOMEM;
}

int import_edit(const struct import *import, struct changeset *set)
{
	int error = 0;

	for (const struct import_line *line = import->lines; !error && line; line = line->next) {
		const struct other_line *other = line->line;

		if (line->verdict != IMPORT_NEEDLESS)
			continue;
		if (is_parameter(other))
			error = follow(import, other, set);
		if (!error && other->file && find_next(import->lines, other->file) == line)
			error = edit_file(import, line, set);
	}
	return error;
}
